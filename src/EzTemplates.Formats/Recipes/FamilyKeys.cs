using EzTemplates.Domain;

namespace EzTemplates.Formats.Recipes;

/// <summary>What the family of packages decides about a recipe: which keys it may have, and what names, versions and architectures look like.</summary>
internal static class FamilyKeys
{
    /// <summary>Refuses the keys that only recipes of another family may have.</summary>
    public static void RefuseOthers(YamlKeys keys, KeyTable table, PackageFamily family)
    {
        foreach (var key in table.Keys.Where(key => key.Family is { } only && only != family).Select(key => key.Name))
        {
            if (keys.Find(key) is not null)
            {
                throw keys.PlaceOf(key).Fail($"`{key}` does not belong in a {table.Name} of `family: {Word(family)}`", "ez help recipe");
            }
        }
    }

    public static string ReadArchitecture(YamlScalar scalar, PackageFamily family)
    {
        var text = scalar.Text;
        return (family == PackageFamily.Deb ? Names.IsArchitecture(text) : Names.IsRpmArchitecture(text) && RpmNameOf(text) is null)
            ? text
            : throw scalar.Place.Fail(
                $"`{text}` is not an architecture{(family == PackageFamily.Rpm ? " of RPM" : "")}",
                $"architecture: {(family == PackageFamily.Deb ? "amd64" : RpmNameOf(text) ?? "x86_64")}");
    }

    public static string ReadPackageName(YamlScalar scalar, PackageFamily family) => (family, scalar.Text) switch
    {
        (PackageFamily.Deb, var name) when Names.IsDebPackageName(name) => name,
        (PackageFamily.Rpm, var name) when Names.IsRpmPackageName(name) => name,
        (_, var name) => throw scalar.Place.Fail($"`{name}` is not a package name", NameRule(family)),
    };

    public static string NameRule(PackageFamily family) => family == PackageFamily.Deb ? "names have lower-case letters, digits and + . -" : "names have letters, digits and + . _ -";

    public static bool IsVersion(string text, PackageFamily family) => family == PackageFamily.Deb ? Names.IsDebVersion(text) : Names.IsRpmVersion(text);

    /// <summary>The id of a group of comps.xml.</summary>
    public static string ReadGroup(YamlScalar scalar) => Names.IsRpmPackageName(scalar.Text)
        ? scalar.Text
        : throw scalar.Place.Fail($"`{scalar.Text}` is not the id of a package group", scalar.Text.StartsWith('@') ? $"groups: [{scalar.Text[1..]}]" : "groups: [core]");

    public static string ReadModule(YamlScalar scalar) => scalar.Text.Split(':') is [var module, var stream] && Names.IsRpmPackageName(module) && Names.IsRpmPackageName(stream)
        ? scalar.Text
        : throw scalar.Place.Fail($"`{scalar.Text}` is not a module with its stream", "modules: [\"nodejs:20\"]");

    private static string Word(PackageFamily family) => family == PackageFamily.Deb ? "deb" : "rpm";

    /// <summary>RPM's name of an architecture that Debian calls otherwise.</summary>
    private static string? RpmNameOf(string debian) => debian switch
    {
        "amd64" => "x86_64",
        "arm64" => "aarch64",
        "i386" => "i686",
        "ppc64el" => "ppc64le",
        _ => null,
    };
}
