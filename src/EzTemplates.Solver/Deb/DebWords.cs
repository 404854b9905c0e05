using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>How packages and relations read in an explanation.</summary>
internal sealed class DebWords(PackageUniverse universe, DebMatching matching)
{
    private const int MostNamed = 4;

    /// <summary>The name, with the architecture where that is not the native one.</summary>
    public string Name(PackageId package) =>
        universe.Text(universe.Names[package.Value])
        + (matching.IsNative(package) ? "" : ":" + universe.Text(universe.Architectures[package.Value]));

    public string Version(PackageId package) => universe.Text(universe.Versions[package.Value]);

    public string Package(PackageId package) => $"{Name(package)} {Version(package)}";

    /// <summary><c>a (&gt;= 2) or b</c>.</summary>
    public string Alternatives(PackageDependency dependency)
    {
        var text = new StringBuilder();
        foreach (var alternative in universe.AlternativesOf(dependency))
        {
            _ = text.Append(text.Length == 0 ? "" : " or ").Append(universe.Text(alternative.Name));
            if (!alternative.Architecture.IsEmpty)
            {
                _ = text.Append(':').Append(universe.Text(alternative.Architecture));
            }

            if (alternative.Relation != VersionRelation.Any)
            {
                _ = text.Append(" (").Append(alternative.Relation.Symbol()).Append(' ').Append(universe.Text(alternative.Version)).Append(')');
            }
        }

        return text.ToString();
    }

    /// <summary><c>a 1, b 2 and 5 more</c>.</summary>
    public string List(IReadOnlyList<PackageId> packages)
    {
        var shown = string.Join(", ", packages.Take(MostNamed).Select(Package));
        return packages.Count > MostNamed ? $"{shown} and {packages.Count - MostNamed} more" : shown;
    }
}
