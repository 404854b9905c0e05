using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Formats.Recipes;

/// <summary>Reads one item of a recipe's <c>repositories</c>.</summary>
internal static class RepositoryYaml
{
    public static RepositorySpec Read(YamlNode node, string fileName, PackageFamily family)
    {
        var keys = new YamlKeys(node, RecipeKeys.Repository);
        var id = YamlKeys.ScalarOf("`id`", keys.Require("id"));
        if (!Names.IsTemplateName(id.Text))
        {
            throw id.Place.Fail($"`{id.Text}` is not a repository's id", "ids have lower-case letters, digits and + . -");
        }

        FamilyKeys.RefuseOthers(keys, RecipeKeys.Repository, family);
        var trust = ReadTrust(keys, family);
        var source = trust == "unsigned" ? keys.Find("keys") : keys.Require("keys");
        var spec = new RepositorySpec
        {
            Id = id.Text,
            Mirrors = [],
            Suites = [],
            Components = [],
            Keys = source is not null ? ReadKeys(source, fileName) : new KeySource.Host(),
            Priority = family == PackageFamily.Rpm && keys.Find("priority") is null ? RepositorySpec.DefaultRpmPriority : keys.Number("priority"),
            TrustUnsigned = trust == "unsigned",
            TrustPackages = trust == "packages",
        };
        spec = family == PackageFamily.Deb ? WithSuites(spec, keys) : WithLists(spec, keys);
        UnsupportedKeys.RefuseInRepository(keys);
        keys.RefuseOthers();
        return spec;
    }

    private static RepositorySpec WithSuites(RepositorySpec spec, YamlKeys keys) => spec with
    {
        Mirrors = Filled(keys, "mirrors", MirrorUrl.ReadOrHost),
        Suites = Filled(keys, "suites", ReadSuite),
        Components = Filled(keys, "components", ReadSuite),
    };

    private static RepositorySpec WithLists(RepositorySpec spec, YamlKeys keys)
    {
        var (list, metalink) = (ReadAddress(keys, "mirrorlist"), ReadAddress(keys, "metalink"));
        return spec with
        {
            Mirrors = list is null && metalink is null || keys.Find("mirrors") is not null ? Filled(keys, "mirrors", MirrorUrl.ReadOrHost) : [],
            MirrorList = list,
            Metalink = metalink,
            Only = keys.Items("only", ReadPattern),
            Except = keys.Items("except", ReadPattern),
        };
    }

    private static string ReadTrust(YamlKeys keys, PackageFamily family) => keys.OptionalText("trust") switch
    {
        null => "",
        "unsigned" => "unsigned",
        "packages" when family == PackageFamily.Rpm => "packages",
        var other => throw keys.PlaceOf("trust").Fail($"`trust` is `{other}`; it can only be `unsigned`{(family == PackageFamily.Rpm ? " or `packages`" : "")}"),
    };

    private static string? ReadAddress(YamlKeys keys, string key) => keys.Find(key) is not { } node ? null
        : YamlKeys.ScalarOf($"`{key}`", node) is var text && Uri.TryCreate(text.Text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
            ? text.Text
            : throw text.Place.Fail($"`{text.Text}` is not the address of a list of mirrors", $"{key}: https://...");

    private static string ReadPattern(YamlScalar scalar) => Names.IsRpmPackageName(scalar.Text.Replace('*', 'x'))
        ? scalar.Text
        : throw scalar.Place.Fail($"`{scalar.Text}` is not a package name", $"{FamilyKeys.NameRule(PackageFamily.Rpm)}; `*` stands for anything");

    private static ImmutableArray<string> Filled(YamlKeys keys, string key, Func<YamlScalar, string> read)
    {
        var node = keys.Require(key);
        return keys.Items(key, read) is { IsEmpty: false } items ? items : throw node.Place.Fail($"`{key}` is empty; a repository needs one");
    }

    /// <summary>A suite or component becomes part of a URL: path segments of safe letters.</summary>
    private static string ReadSuite(YamlScalar scalar) =>
        scalar.Text.Split('/').All(part => part is not ("" or "." or "..") && part.All(c => char.IsAsciiLetterOrDigit(c) || "+.-_~".Contains(c, StringComparison.Ordinal)))
            ? scalar.Text
            : throw scalar.Place.Fail($"`{scalar.Text}` is not a suite or component");

    private static KeySource ReadKeys(YamlNode node, string fileName)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(fileName)) ?? "/";
        if (node is YamlSequence { Items.Count: > 0 } list)
        {
            var named = list.Items.Select(item => item is YamlMapping ? ReadNamed(item, directory) : new NamedKeyFile("", "", ReadFingerprint(YamlKeys.ScalarOf("a fingerprint", item)))).ToList();
            return new KeySource.Fingerprints([.. named.Select(key => key.Fingerprint).Distinct()]) { Files = [.. named.Where(key => key.Written.Length > 0)] };
        }

        var text = YamlKeys.ScalarOf("`keys`", node).Text;
        if (text == "host")
        {
            return new KeySource.Host();
        }

        return new KeySource.KeyFile(Path.GetFullPath(text, directory)) { Written = text };
    }

    private static NamedKeyFile ReadNamed(YamlNode node, string directory)
    {
        var keys = new YamlKeys(node, RecipeKeys.NamedKey);
        var (file, fingerprint) = (YamlKeys.ScalarOf("`file`", keys.Require("file")), YamlKeys.ScalarOf("`fingerprint`", keys.Require("fingerprint")));
        keys.RefuseOthers();
        return file.Text.Length > 0
            ? new NamedKeyFile(Path.GetFullPath(file.Text, directory), file.Text, ReadFingerprint(fingerprint))
            : throw file.Place.Fail("`file` is empty; it must name a key file", "file: keys/NAME.asc, a path beside the recipe");
    }

    private static string ReadFingerprint(YamlScalar scalar)
    {
        var digits = scalar.Text.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        return digits.Length is 40 or 64 && digits.All(char.IsAsciiHexDigitUpper)
            ? digits
            : throw scalar.Place.Fail($"`{scalar.Text}` is not a key's fingerprint (40 or 64 hexadecimal digits)", "gpg --show-keys --with-fingerprint FILE");
    }
}

/// <summary>Archive roots as recipes and the machine's configuration write them.</summary>
internal static class MirrorUrl
{
    public static string ReadOrHost(YamlScalar scalar) => scalar.Text == "host" ? scalar.Text : Read(scalar);

    public static string Read(YamlScalar scalar) =>
        Uri.TryCreate(scalar.Text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
        && url is { Query: "", Fragment: "" }
            ? scalar.Text
            : throw scalar.Place.Fail($"`{scalar.Text}` is not a mirror's URL", "mirrors: [https://...], or [host] for this machine's own");
}
