using EzTemplates.Domain;

namespace EzTemplates.Formats.Recipes;

/// <summary>Reads one item of a recipe's <c>pins</c>.</summary>
internal static class PinYaml
{
    /// <exception cref="EzException">Usage.</exception>
    public static PackagePin Read(YamlNode node, PackageFamily family)
    {
        var keys = new YamlKeys(node, RecipeKeys.Pin);
        var package = YamlKeys.ScalarOf("`package`", keys.Require("package"));
        var (example, written) = (package.Text.Replace("*", "xx", StringComparison.Ordinal), family == PackageFamily.Deb ? "source: debian/bookworm-backports" : "source: appstream");
        if (!(family == PackageFamily.Deb ? Names.IsDebPackageName(example) : Names.IsRpmPackageName(example)))
        {
            throw package.Place.Fail($"`{package.Text}` is neither a package name nor a pattern of names", "package: nginx*");
        }

        var (version, source) = (keys.OptionalText("version") ?? "", keys.OptionalText("source") ?? "");
        if (version.Length == 0 && source.Length == 0)
        {
            throw keys.Place.Fail("the pin says neither of which `version` nor of which `source`", written);
        }

        if (package.Text == "*" && version.Length > 0)
        {
            throw keys.PlaceOf("version").Fail("a pin for every package speaks of sources, not of versions", "package: nginx");
        }

        _ = keys.Require("priority");
        var pin = new PackagePin(package.Text, version, source, keys.Number("priority"));
        keys.RefuseOthers();
        return pin;
    }
}
