using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using EzTemplates.Domain;
using NuGet.Versioning;

namespace EzTemplates.Formats.Recipes;

/// <summary>
/// Reads a recipe, strictly: an unknown key, a wrong kind of value, or a key whose meaning this version does not carry out is an error
/// with file, line and column.
/// </summary>
public static partial class RecipeYaml
{
    /// <param name="fileName">For errors, and the place from which a path to a key file starts.</param>
    /// <param name="familyOfBase">Asked for an application: the family of the OS template that it names as its base. Null: all are DEB.</param>
    /// <exception cref="EzException">Usage.</exception>
    public static Recipe Read(string text, string fileName, Func<string, PackageFamily>? familyOfBase = null)
    {
        var keys = new YamlKeys(StrictYaml.Read(text, fileName), RecipeKeys.Recipe);
        if (keys.Text("format") is var format && format != "1")
        {
            throw keys.Require("format").Place.Fail($"`format` is `{format}`; this ez reads format 1");
        }

        if (keys.Find("kind") is null)
        {
            throw keys.Place.Fail("the recipe has no `kind`", "add `kind: os` or `kind: app`");
        }

        Recipe recipe = keys.Word("kind") == "os"
            ? ReadOs(keys, fileName)
            : ReadApp(keys, fileName, familyOfBase ?? (_ => PackageFamily.Deb));
        UnsupportedKeys.RefuseInRecipe(keys);
        keys.RefuseOthers();
        return recipe with { Digest = RecipeDigest.Of(recipe) };
    }

    private static OsRecipe ReadOs(YamlKeys keys, string fileName)
    {
        RefuseForKind(keys, "os", KeyPlace.App);
        _ = keys.Require("family");
        var family = keys.Word("family") == "rpm" ? PackageFamily.Rpm : PackageFamily.Deb;
        FamilyKeys.RefuseOthers(keys, RecipeKeys.Recipe, family);
        var repositories = keys.Require("repositories");
        if (repositories is YamlSequence { Items.Count: 0 })
        {
            throw repositories.Place.Fail("`repositories` is empty; an OS needs one");
        }

        return new OsRecipe
        {
            Name = ReadName(keys, "name"),
            Version = ReadVersion(keys),
            Family = family,
            Architecture = FamilyKeys.ReadArchitecture(YamlKeys.ScalarOf("`architecture`", keys.Require("architecture")), family),
            Repositories = ReadRepositories(keys, fileName, family),
            Packages = keys.Items("packages", item => PackageRequestText.Read(item, family)),
            IncludeEssential = keys.Flag("include-essential") && family == PackageFamily.Deb,
            Recommends = keys.Flag("recommends"),
            Prefer = ReadPreference(keys),
            Exclude = keys.Items("exclude", item => FamilyKeys.ReadPackageName(item, family)),
            Hold = [.. keys.Items("hold").Select(node => ReadHold(node, family))],
            Groups = keys.Items("groups", FamilyKeys.ReadGroup),
            Modules = keys.Items("modules", FamilyKeys.ReadModule),
            Pins = [.. keys.Items("pins").Select(node => PinYaml.Read(node, family))],
            Update = ReadUpdateClass(keys),
            KeepVersions = ReadKeep(keys),
            Settings = SettingsYaml.Read(keys),
            Configure = ReadConfigure(keys),
            Digest = default,
        };
    }

    private static AppRecipe ReadApp(YamlKeys keys, string fileName, Func<string, PackageFamily> familyOf)
    {
        RefuseForKind(keys, "app", KeyPlace.Os);
        var name = ReadName(keys, "name");
        var stands = ReadBase(keys);
        var family = familyOf(stands.Template);
        FamilyKeys.RefuseOthers(keys, RecipeKeys.Recipe, family);
        var packages = keys.Require("packages");
        if (packages is YamlSequence { Items.Count: 0 })
        {
            throw packages.Place.Fail("`packages` is empty; an app needs one");
        }

        return new AppRecipe
        {
            Name = name,
            Version = ReadVersion(keys),
            Base = stands,
            Repositories = ReadRepositories(keys, fileName, family),
            Packages = keys.Items("packages", item => PackageRequestText.Read(item, family)),
            Recommends = keys.Flag("recommends"),
            Prefer = ReadPreference(keys),
            Exclude = keys.Items("exclude", item => FamilyKeys.ReadPackageName(item, family)),
            Hold = [.. keys.Items("hold").Select(node => ReadHold(node, family))],
            Groups = keys.Items("groups", FamilyKeys.ReadGroup),
            Modules = keys.Items("modules", FamilyKeys.ReadModule),
            Pins = [.. keys.Items("pins").Select(node => PinYaml.Read(node, family))],
            Update = ReadUpdateClass(keys),
            KeepVersions = ReadKeep(keys),
            Settings = SettingsYaml.Read(keys),
            Configure = keys.Find("configure") is null ? null : ReadConfigure(keys),
            Digest = default,
        };
    }

    private static void RefuseForKind(YamlKeys keys, string kind, KeyPlace other)
    {
        foreach (var key in RecipeKeys.Recipe.Keys.Where(key => key.Place == other).Select(key => key.Name))
        {
            if (keys.Find(key) is not null)
            {
                var why = kind == "app" ? "an app has that of its base" : "only an app has one";
                throw keys.PlaceOf(key).Fail($"`{key}` does not belong in a recipe of `kind: {kind}`: {why}");
            }
        }
    }

    private static string ReadName(YamlKeys keys, string key)
    {
        var name = YamlKeys.ScalarOf($"`{key}`", keys.Require(key));
        return Names.IsTemplateName(name.Text)
            ? name.Text
            : throw name.Place.Fail($"`{name.Text}` is not a name", "names have lower-case letters, digits and + . -, and start with a letter or digit");
    }

    private static RecipeVersion ReadVersion(YamlKeys keys)
    {
        var text = YamlKeys.ScalarOf("`version`", keys.Require("version"));
        return MajorMinor().Match(text.Text) is { Success: true } match
            && int.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            && int.TryParse(match.Groups[2].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
                ? new RecipeVersion(major, minor)
                : throw text.Place.Fail($"`version` is `{text.Text}`; it must be major.minor, the lock adds the third number", "version: \"1.0\"");
    }

    private static BaseRange ReadBase(YamlKeys keys)
    {
        var text = YamlKeys.ScalarOf("`base`", keys.Require("base"));
        return text.Text.Split('@') is [var template, var range] && Names.IsTemplateName(template)
            && !range.Contains('*', StringComparison.Ordinal) && VersionRange.TryParse(range, out var parsed)
                ? new BaseRange(template, parsed)
                : throw text.Place.Fail($"`base` is `{text.Text}`; it must be an OS template and a version range", "base: debian-12@[1.0,2.0)");
    }

    private static PackageHold ReadHold(YamlNode node, PackageFamily family)
    {
        var keys = new YamlKeys(node, RecipeKeys.Hold);
        var package = FamilyKeys.ReadPackageName(YamlKeys.ScalarOf("`package`", keys.Require("package")), family);
        var version = YamlKeys.ScalarOf("`version`", keys.Require("version"));
        var fixedPart = version.Text.Replace("*", "", StringComparison.Ordinal).TrimEnd('.') is { Length: > 0 } some ? some : "0";
        if (!FamilyKeys.IsVersion(fixedPart, family))
        {
            throw version.Place.Fail($"`{version.Text}` is not a version pattern", "version: \"3.0.*\"");
        }

        var reason = keys.Text("reason");
        DateOnly? expires = keys.Find("expires") is not { } day ? null
            : DateOnly.TryParseExact(keys.Text("expires"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed)
                ? parsed
                : throw day.Place.Fail($"`expires` is `{keys.Text("expires")}`; it must be a day such as 2026-12-31");
        keys.RefuseOthers();
        return new PackageHold(package, version.Text, reason, expires);
    }

    private static AlternativePreference ReadPreference(YamlKeys keys) =>
        keys.Word("prefer") == "smallest" ? AlternativePreference.Smallest : AlternativePreference.Maintainers;

    private static UpdateClass ReadUpdateClass(YamlKeys keys) => keys.Find("update") is not { } node
        ? UpdateClass.All
        : new YamlKeys(node, RecipeKeys.Update).Word("class") switch
        {
            "security" => UpdateClass.Security,
            "none" => UpdateClass.None,
            _ => UpdateClass.All,
        };

    private static ConfigureMode ReadConfigure(YamlKeys keys) => keys.Word("configure") == "none" ? ConfigureMode.None : ConfigureMode.Sandbox;

    private static int ReadKeep(YamlKeys keys)
    {
        if (keys.Find("keep") is not { } node)
        {
            return ((KeyValue.Number)RecipeKeys.Keep.Of("versions").Value).Otherwise;
        }

        var keep = new YamlKeys(node, RecipeKeys.Keep);
        var versions = keep.Number("versions");
        keep.RefuseOthers();
        return versions;
    }

    private static ImmutableArray<RepositorySpec> ReadRepositories(YamlKeys keys, string fileName, PackageFamily family)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        return
        [
            .. keys.Items("repositories").Select(node => RepositoryYaml.Read(node, fileName, family) is var repository && ids.Add(repository.Id)
                ? repository
                : throw node.Place.Fail("two repositories have one id")),
        ];
    }

    [GeneratedRegex("^(0|[1-9][0-9]{0,8})\\.(0|[1-9][0-9]{0,8})$", RegexOptions.CultureInvariant)]
    private static partial Regex MajorMinor();
}
