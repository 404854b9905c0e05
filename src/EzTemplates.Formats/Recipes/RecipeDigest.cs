using System.Globalization;
using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Formats.Recipes;

/// <summary>
/// SHA-256 over what a recipe means: keys in a fixed order, defaults filled in, every string with its length, so that no two recipes
/// that mean different things share an encoding, and comments, key order and defaults written out change nothing.
/// </summary>
internal static class RecipeDigest
{
    public static Sha256Digest Of(Recipe recipe)
    {
        var text = new StringBuilder("ez-recipe 1\n");
        Add(text, "name", recipe.Name);
        Add(text, "version", recipe.Version.ToString());
        switch (recipe)
        {
            case OsRecipe os:
                Add(text, "family", os.Family == PackageFamily.Deb ? "deb" : "rpm");
                Add(text, "architecture", os.Architecture);
                Add(text, "include-essential", Word(os.IncludeEssential));
                break;
            case AppRecipe app:
                Add(text, "base", app.Base.Template, app.Base.Range.ToNormalizedString());
                break;
        }

        foreach (var repository in recipe.Repositories)
        {
            AddRepository(text, repository);
        }

        Add(text, "packages", [.. recipe.Packages.Select(package => package.ToString())]);
        Add(text, "recommends", Word(recipe.Recommends));
        Add(text, "prefer", recipe.Prefer == AlternativePreference.Smallest ? "smallest" : "maintainers");
        Add(text, "exclude", [.. recipe.Exclude.Order(StringComparer.Ordinal)]);
        foreach (var hold in recipe.Hold)
        {
            Add(text, "hold", hold.Package, hold.VersionPattern, hold.Reason, hold.Expires?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "");
        }

        foreach (var pin in recipe.Pins)
        {
            Add(text, "pin", pin.Package, pin.Version, pin.Source, Number(pin.Priority));
        }

        AddUnlessEmpty(text, "groups", recipe.Groups);
        AddUnlessEmpty(text, "modules", [.. recipe.Modules.Order(StringComparer.Ordinal)]);
        if (recipe.Update != UpdateClass.All)
        {
            Add(text, "update", recipe.Update == UpdateClass.Security ? "security" : "none");
        }

        if (recipe.Configure == ConfigureMode.Sandbox)
        {
            Add(text, "configure", "sandbox");
        }

        Add(text, "devices", Word(recipe.AllowDevices));
        Add(text, "keep", Number(recipe.KeepVersions));
        AddSettings(text, recipe.Settings);
        return Sha256Digest.Of(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>Only what is not as if it had not been written, so that recipes from before these keys keep their digests.</summary>
    private static void AddSettings(StringBuilder text, TemplateSettings settings)
    {
        foreach (var file in settings.Files)
        {
            Add(text, "file", file.Path.Latin1, file.Text, Number(file.Mode));
        }

        foreach (var (question, answer) in settings.Debconf)
        {
            Add(text, "debconf", question, answer);
        }

        foreach (var data in settings.InstanceData)
        {
            Add(text, "instance-data", data.Pattern, data.Command ?? "");
        }

        AddUnlessEmpty(text, "after-configure", settings.AfterConfigure);
        AddUnlessEmpty(text, "after-create", settings.AfterCreate);
        AddUnlessEmpty(text, "after-remap", settings.AfterRemap);
        if (settings.Languages is { } languages)
        {
            Add(text, "languages", [.. languages]);
        }

        if (!settings.Docs)
        {
            Add(text, "docs", Word(settings.Docs));
        }

        if (!settings.WriteSources)
        {
            Add(text, "write-sources", Word(settings.WriteSources));
        }
    }

    private static void AddUnlessEmpty(StringBuilder text, string key, System.Collections.Immutable.ImmutableArray<string> values)
    {
        if (!values.IsEmpty)
        {
            Add(text, key, [.. values]);
        }
    }

    private static void AddRepository(StringBuilder text, RepositorySpec repository)
    {
        Add(text, "repository", repository.Id);
        Add(text, "mirrors", [.. repository.Mirrors]);
        Add(text, "suites", [.. repository.Suites]);
        Add(text, "components", [.. repository.Components]);
        switch (repository.Keys)
        {
            case KeySource.KeyFile file:
                Add(text, "key-file", file.Written);
                break;
            // Which key it is, not where it is found.
            case KeySource.Fingerprints fingerprints:
                Add(text, "fingerprints", [.. fingerprints.Allowed.Order(StringComparer.Ordinal)]);
                break;
            default:
                Add(text, "host-keys");
                break;
        }

        Add(text, "priority", Number(repository.Priority));
        Add(text, "unsigned", Word(repository.TrustUnsigned));
        AddLists(text, repository);
    }

    /// <summary>What only rpm-md repositories have, where they have it.</summary>
    private static void AddLists(StringBuilder text, RepositorySpec repository)
    {
        AddUnlessEmpty(text, "mirrorlist", repository.MirrorList is { } list ? [list] : []);
        AddUnlessEmpty(text, "metalink", repository.Metalink is { } metalink ? [metalink] : []);
        AddUnlessEmpty(text, "only", [.. repository.Only.Order(StringComparer.Ordinal)]);
        AddUnlessEmpty(text, "except", [.. repository.Except.Order(StringComparer.Ordinal)]);
        if (repository.TrustPackages)
        {
            Add(text, "trust", "packages");
        }
    }

    private static void Add(StringBuilder text, string key, params ReadOnlySpan<string> values)
    {
        text.Append(CultureInfo.InvariantCulture, $"{key} {values.Length}");
        foreach (var value in values)
        {
            text.Append(CultureInfo.InvariantCulture, $" {value.Length}:{value}");
        }

        text.Append('\n');
    }

    private static string Word(bool value) => value ? "true" : "false";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
