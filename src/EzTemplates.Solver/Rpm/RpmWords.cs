using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>How packages and relations read in an explanation.</summary>
internal sealed class RpmWords(RpmUniverse universe, RpmPolicy policy)
{
    private const int MostNamed = 4;
    private readonly Dictionary<StringId, HashSet<StringId>> _twins = [];

    /// <summary>The name, with the architecture where that is not the best one, or where one package would be taken for another.</summary>
    public string Name(PackageId package) =>
        universe.Text(universe.Names[package.Value])
        + (policy.ArchitectureRank(package) == 0 && !HasTwin(package) ? "" : "." + universe.Text(universe.Architectures[package.Value]));

    /// <summary>Whether the name has the same version for every architecture and for the best one.</summary>
    private bool HasTwin(PackageId package)
    {
        var name = universe.Names[package.Value];
        if (!_twins.TryGetValue(name, out var versions))
        {
            _twins[name] = versions = [.. policy.Named(name).Where(p => policy.ArchitectureRank(p) == 0).GroupBy(p => universe.Versions[p.Value])
                .Where(same => same.Select(p => universe.Architectures[p.Value]).Distinct().Skip(1).Any()).Select(same => same.Key)];
        }

        return versions.Contains(universe.Versions[package.Value]);
    }

    public string Version(PackageId package) => universe.Text(universe.Versions[package.Value]);

    public string Package(PackageId package) => $"{Name(package)} {Version(package)}";

    /// <summary>A term as a header has it: <c>a &gt;= 2</c>, <c>(a if b)</c>.</summary>
    public string Term(RpmTerm term)
    {
        var text = new StringBuilder();
        Append(text, term);
        return text.ToString();
    }

    /// <summary><c>a 2, 1, b 2 and 5 more</c>: the name once for versions that follow each other.</summary>
    public string List(IReadOnlyList<PackageId> packages)
    {
        var shown = string.Join(", ", packages.Take(MostNamed).Select((p, i) => i > 0 && Name(p) == Name(packages[i - 1]) ? Version(p) : Package(p)));
        return packages.Count > MostNamed ? $"{shown} and {packages.Count - MostNamed} more" : shown;
    }

    private void Append(StringBuilder text, RpmTerm term)
    {
        if (term.Operator == RpmOperator.Relation)
        {
            var (name, relation, version) = universe.Relation(term.Relation);
            _ = text.Append(universe.Text(name));
            if (relation != VersionRelation.Any)
            {
                _ = text.Append(' ').Append(relation.Symbol(PackageFamily.Rpm)).Append(' ').Append(universe.Text(version));
            }

            return;
        }

        var number = 0;
        foreach (var operand in universe.Operands(term))
        {
            _ = text.Append(number == 0 ? "(" : number == 2 && term.Operator is RpmOperator.If or RpmOperator.Unless ? " else " : Joint(term.Operator));
            Append(text, operand);
            number++;
        }

        _ = text.Append(')');
    }

    private static string Joint(RpmOperator by) => by switch
    {
        RpmOperator.And => " and ",
        RpmOperator.Or => " or ",
        RpmOperator.If => " if ",
        RpmOperator.Unless => " unless ",
        RpmOperator.With => " with ",
        _ => " without ",
    };
}
