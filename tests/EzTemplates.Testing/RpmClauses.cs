namespace EzTemplates.Testing;

/// <summary>Facts about packages as clauses: a number for each package, and one for each part of a dependency.</summary>
internal sealed class RpmClauses(RpmMetadata metadata, Func<RpmStanza, bool> admits)
{
    private readonly Dictionary<RpmStanza, int> _numbers = [];
    private readonly List<int[]> _definitions = [];
    private int _last;

    /// <summary>What parts of dependencies mean; true whichever facts are.</summary>
    public IReadOnlyList<int[]> Definitions => _definitions;

    public int Of(RpmStanza package)
    {
        if (!_numbers.TryGetValue(package, out var number))
        {
            _numbers.Add(package, number = ++_last);
        }

        return number;
    }

    /// <summary>A literal that is true exactly where the dependency is met.</summary>
    public int Met(RpmNeed need)
    {
        if (need.Operator is "" or "with" or "without")
        {
            return need.Name.StartsWith("rpmlib(", StringComparison.Ordinal) ? All() : Any([.. metadata.Meeting(need).Where(admits).Select(Of)]);
        }

        var parts = need.Parts.Select(Met).ToArray();
        return need.Operator switch
        {
            "and" => All(parts),
            "or" => Any(parts),
            "if" => All(Any(-parts[1], parts[0]), parts.Length > 2 ? Any(parts[1], parts[2]) : All()),
            "unless" => All(Any(parts[1], parts[0]), parts.Length > 2 ? Any(-parts[1], parts[2]) : -parts[1]),
            _ => throw new FormatException(need.Operator),
        };
    }

    /// <summary>A literal that is true exactly where a package of its own offends against what <paramref name="self"/> conflicts with.</summary>
    public int Offended(RpmNeed need, RpmStanza self) => need.Operator switch
    {
        "" or "with" or "without" => Any([.. metadata.Meeting(need).Where(p => p != self && admits(p)).Select(Of)]),
        "or" => Any([.. need.Parts.Select(p => Offended(p, self))]),
        "and" => All([.. need.Parts.Select(Met)]),
        "if" => All(Any(-Met(need.Parts[1]), Offended(need.Parts[0], self)), need.Parts.Length > 2 ? Any(Met(need.Parts[1]), Met(need.Parts[2])) : All()),
        _ => Met(need),
    };

    private int Any(params int[] literals)
    {
        var any = ++_last;
        _definitions.AddRange(literals.Select(l => new[] { -l, any }));
        _definitions.Add([-any, .. literals]);
        return any;
    }

    private int All(params int[] literals) => -Any([.. literals.Select(l => -l)]);
}
