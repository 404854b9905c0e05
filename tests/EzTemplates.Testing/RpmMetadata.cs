namespace EzTemplates.Testing;

/// <summary>A package as its repository's metadata has it.</summary>
/// <param name="Version"><c>epoch:version-release</c>, without an epoch of 0.</param>
public sealed record RpmStanza(string Name, string Version, string Architecture, string Repository)
{
    public List<RpmNeed> Provides { get; } = [];

    public List<RpmNeed> Requires { get; } = [];

    public List<RpmNeed> Conflicts { get; } = [];

    public List<RpmNeed> Obsoletes { get; } = [];

    /// <summary>Module streams that bring it: <c>nodejs:20</c>.</summary>
    public List<string> Streams { get; } = [];

    public bool Equals(RpmStanza? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}

/// <summary>
/// All packages of some repositories, and who meets what. Shares nothing with the solver but the order of versions, which has its own oracle.
/// </summary>
public sealed class RpmMetadata
{
    private readonly Dictionary<string, List<RpmStanza>> _named = [];
    private readonly Dictionary<string, List<(RpmStanza By, RpmNeed What)>> _provided = [];
    private readonly Dictionary<string, List<RpmStanza>> _obsoleted = [];

    public void Add(RpmStanza package)
    {
        ArgumentNullException.ThrowIfNull(package);
        Into(_named, package.Name, package);
        var own = RpmNeed.Of(package.Name, "=", package.Version);
        if (!package.Provides.Contains(own))
        {
            package.Provides.Add(own);
        }

        foreach (var provided in package.Provides)
        {
            Into(_provided, provided.Name, (package, provided));
        }

        foreach (var name in package.Obsoletes.Select(o => o.Name).Distinct())
        {
            Into(_obsoleted, name, package);
        }
    }

    public void AddFile(RpmStanza package, string path) => Into(_provided, path, (package, RpmNeed.Of(path)));

    public IReadOnlyList<RpmStanza> Named(string name) => _named.GetValueOrDefault(name, []);

    public IReadOnlyList<RpmStanza> WithObsoletesOf(string name) => _obsoleted.GetValueOrDefault(name, []);

    public IEnumerable<RpmStanza> All => _named.Values.SelectMany(p => p);

    /// <summary>Packages that provide the name, in whatever version.</summary>
    public IEnumerable<RpmStanza> Speaking(string name) => _provided.GetValueOrDefault(name, []).Select(p => p.By).Distinct();

    /// <summary>Packages each of which alone meets a relation, or relations joined by with, without, or or.</summary>
    public HashSet<RpmStanza> Meeting(RpmNeed need)
    {
        ArgumentNullException.ThrowIfNull(need);
        switch (need.Operator)
        {
            case "":
                return [.. _provided.GetValueOrDefault(need.Name, []).Where(p => need.Overlaps(p.What)).Select(p => p.By)];
            case "or":
                return [.. need.Parts.SelectMany(Meeting)];
            case "with" or "without":
                var found = Meeting(need.Parts[0]);
                foreach (var part in need.Parts.Skip(1))
                {
                    var others = Meeting(part);
                    _ = found.RemoveWhere(p => others.Contains(p) != (need.Operator == "with"));
                }

                return found;
            default:
                throw new FormatException($"no one package meets {need}");
        }
    }

    /// <summary>Packages that meet any part of a need.</summary>
    public IEnumerable<RpmStanza> Playing(RpmNeed need)
    {
        ArgumentNullException.ThrowIfNull(need);
        return need.Operator is "" or "with" or "without" ? Meeting(need) : need.Parts.SelectMany(Playing);
    }

    /// <summary>Whether a package's Obsoletes speak of the other: its name and version, never what it provides; nor of its own name.</summary>
    public static bool Obsoletes(RpmStanza package, RpmStanza other)
    {
        ArgumentNullException.ThrowIfNull(package);
        ArgumentNullException.ThrowIfNull(other);
        return package.Name != other.Name
            && package.Obsoletes.Exists(o => o.Name == other.Name && o.Overlaps(RpmNeed.Of(other.Name, "=", other.Version)));
    }

    private static void Into<T>(Dictionary<string, List<T>> lists, string key, T item)
    {
        if (!lists.TryGetValue(key, out var list))
        {
            lists.Add(key, list = []);
        }

        list.Add(item);
    }
}
