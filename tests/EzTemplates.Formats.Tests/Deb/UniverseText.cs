using EzTemplates.Domain;

namespace EzTemplates.Formats.Tests.Deb;

/// <summary>A universe's rows as text that is compared.</summary>
internal static class UniverseText
{
    public static List<string> Dependencies(PackageUniverse universe, PackageId package)
    {
        var lines = new List<string>();
        foreach (var dependency in universe.Dependencies(package))
        {
            var alternatives = new List<string>();
            foreach (var alternative in universe.AlternativesOf(dependency))
            {
                var name = universe.Text(alternative.Name) + (alternative.Architecture.IsEmpty ? "" : ":" + universe.Text(alternative.Architecture));
                alternatives.Add(alternative.Relation == VersionRelation.Any
                    ? name
                    : $"{name} ({alternative.Relation.Symbol()} {universe.Text(alternative.Version)})");
            }

            lines.Add($"{dependency.Kind}: {string.Join(" | ", alternatives)}");
        }

        return lines;
    }

    public static List<string> Provides(PackageUniverse universe, PackageId package)
    {
        var names = new List<string>();
        foreach (var provided in universe.Provides(package))
        {
            names.Add(universe.Text(provided.Name) + (provided.Version.IsEmpty ? "" : $" (= {universe.Text(provided.Version)})"));
        }

        return names;
    }
}
