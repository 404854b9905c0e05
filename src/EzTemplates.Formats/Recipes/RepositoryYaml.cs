using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Formats.Recipes;

/// <summary>Reads one item of a recipe's <c>repositories</c>.</summary>
internal static class RepositoryYaml
{
    public static RepositorySpec Read(YamlNode node, string fileName)
    {
        var keys = new YamlKeys(node, RecipeKeys.Repository);
        var id = YamlKeys.ScalarOf("`id`", keys.Require("id"));
        if (!Names.IsTemplateName(id.Text))
        {
            throw id.Place.Fail($"`{id.Text}` is not a repository's id", "ids have lower-case letters, digits and + . -");
        }

        var unsigned = keys.OptionalText("trust") is { } trust
            && (trust == "unsigned" ? true : throw keys.PlaceOf("trust").Fail($"`trust` is `{trust}`; it can only be `unsigned`"));
        var source = unsigned ? keys.Find("keys") : keys.Require("keys");
        var spec = new RepositorySpec
        {
            Id = id.Text,
            Mirrors = Filled(keys, "mirrors", MirrorUrl.ReadOrHost),
            Suites = Filled(keys, "suites", ReadSuite),
            Components = Filled(keys, "components", ReadSuite),
            Keys = source is not null ? ReadKeys(source, fileName) : new KeySource.Host(),
            Priority = keys.Number("priority"),
            TrustUnsigned = unsigned,
        };
        UnsupportedKeys.RefuseInRepository(keys);
        keys.RefuseOthers();
        return spec;
    }

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
        if (node is YamlSequence { Items.Count: > 0 } list)
        {
            return new KeySource.Fingerprints([.. list.Items.Select(item => ReadFingerprint(YamlKeys.ScalarOf("a fingerprint", item)))]);
        }

        var text = YamlKeys.ScalarOf("`keys`", node).Text;
        if (text == "host")
        {
            return new KeySource.Host();
        }

        var directory = Path.GetDirectoryName(Path.GetFullPath(fileName)) ?? "/";
        return new KeySource.KeyFile(Path.GetFullPath(text, directory)) { Written = text };
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
