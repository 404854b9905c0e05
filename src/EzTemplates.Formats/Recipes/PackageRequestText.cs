using System.Text.RegularExpressions;
using EzTemplates.Domain;

namespace EzTemplates.Formats.Recipes;

/// <summary>
/// A top-level package as a recipe names it: <c>nginx</c>, <c>openssl &gt;= 3.0.11</c>, <c>openssl (&gt;= 3.0.11)</c>, <c>libc6:i386</c>.
/// </summary>
internal static partial class PackageRequestText
{
    public static PackageRequest Read(YamlScalar scalar)
    {
        var text = scalar.Text.Trim();
        if (text.StartsWith('/'))
        {
            throw scalar.Place.Fail($"`{text}` names a file; this version takes packages only", "name the package that has it");
        }

        var match = Shape().Match(text);
        if (!match.Success || (match.Groups["open"].Success != match.Groups["close"].Success))
        {
            throw scalar.Place.Fail($"`{text}` is not a package", "write `name`, `name >= 1.2` or `name:architecture`");
        }

        var (name, architecture, version) = (match.Groups["name"].Value, match.Groups["arch"].Value, match.Groups["version"].Value);
        if (!Names.IsDebPackageName(name))
        {
            throw scalar.Place.Fail($"`{name}` is not a package name", "names have lower-case letters, digits and + . -");
        }

        if (architecture != "" && !Names.IsArchitecture(architecture))
        {
            throw scalar.Place.Fail($"`{architecture}` in `{text}` is not an architecture");
        }

        if (version != "" && !Names.IsDebVersion(version))
        {
            throw scalar.Place.Fail($"`{version}` in `{text}` is not a version", "versions have letters, digits and . + - ~ :");
        }

        return new PackageRequest(name, RelationOf(match.Groups["relation"].Value), version, architecture);
    }

    private static VersionRelation RelationOf(string symbol) => symbol switch
    {
        "" => VersionRelation.Any,
        "<" or "<<" => VersionRelation.Less,
        "<=" => VersionRelation.LessOrEqual,
        "=" or "==" => VersionRelation.Equal,
        ">=" => VersionRelation.GreaterOrEqual,
        _ => VersionRelation.Greater,
    };

    [GeneratedRegex(@"^(?<name>[^\s:<>=()]+)(:(?<arch>[^\s:<>=()]+))?(\s*(?<open>\()?\s*(?<relation><<|<=|==|=|>=|>>|<|>)\s*(?<version>[^\s<>=()]+)\s*(?<close>\))?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
