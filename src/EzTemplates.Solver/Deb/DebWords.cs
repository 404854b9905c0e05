using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>How packages and relations read in an explanation.</summary>
internal sealed class DebWords(PackageUniverse universe, DebMatching matching)
{
    private const int MostNamed = 4;

    /// <summary>The name, with the architecture where that is not the native one.</summary>
    public string Name(PackageId package) =>
        PlainName(package)
        + (matching.IsNative(package) ? "" : ":" + universe.Text(universe.Architectures[package.Value]));

    /// <summary>As recipes exclude and hold it, in whichever architecture.</summary>
    public string PlainName(PackageId package) => universe.Text(universe.Names[package.Value]);

    public string Version(PackageId package) => universe.Text(universe.Versions[package.Value]);

    public string Package(PackageId package) => $"{Name(package)} {Version(package)}";

    /// <summary><c>a (&gt;= 2) or b</c>.</summary>
    public string Alternatives(PackageDependency dependency) => Alternatives(dependency, "");

    /// <summary>As a package of a foreign architecture means them where nothing serves: <c>a:i386 (&gt;= 2)</c>.</summary>
    public string AlternativesOf(PackageId owner, PackageDependency dependency) => Alternatives(dependency, Qualifier(owner));

    /// <summary>The first of them.</summary>
    public string FirstAlternativeOf(PackageId owner, PackageDependency dependency) =>
        Alternative(universe.AlternativesOf(dependency)[0], Qualifier(owner));

    private string Alternatives(PackageDependency dependency, string qualifier)
    {
        var text = new StringBuilder();
        foreach (var alternative in universe.AlternativesOf(dependency))
        {
            _ = text.Append(text.Length == 0 ? "" : " or ").Append(Alternative(alternative, qualifier));
        }

        return text.ToString();
    }

    private string Qualifier(PackageId owner) => matching.IsNative(owner) ? "" : ":" + universe.Text(universe.Architectures[owner.Value]);

    /// <summary><c>a:any (&gt;= 2)</c>.</summary>
    private string Alternative(DependencyAlternative alternative, string qualifier) =>
        universe.Text(alternative.Name)
        + (alternative.Architecture.IsEmpty ? qualifier : ":" + universe.Text(alternative.Architecture))
        + (alternative.Relation == VersionRelation.Any ? "" : $" ({alternative.Relation.Symbol()} {universe.Text(alternative.Version)})");

    /// <summary><c>a 1, b 2 and 5 more</c>.</summary>
    public string List(IReadOnlyList<PackageId> packages)
    {
        var shown = string.Join(", ", packages.Take(MostNamed).Select(Package));
        return packages.Count > MostNamed ? $"{shown} and {packages.Count - MostNamed} more" : shown;
    }
}
