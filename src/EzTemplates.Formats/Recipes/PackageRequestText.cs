using System.Text.RegularExpressions;
using EzTemplates.Domain;

namespace EzTemplates.Formats.Recipes;

/// <summary>
/// A top-level package as a recipe names it: <c>nginx</c>, <c>openssl &gt;= 3.0.11</c>, <c>openssl (&gt;= 3.0.11)</c>, <c>libc6:i386</c>.
/// RPM has capabilities (<c>perl(Socket)</c>) and paths besides.
/// </summary>
internal static partial class PackageRequestText
{
    public static PackageRequest Read(YamlScalar scalar, PackageFamily family)
    {
        var text = scalar.Text.Trim();
        if (text.StartsWith('/'))
        {
            return family == PackageFamily.Rpm && text.Length > 1 && !text.Any(char.IsWhiteSpace)
                ? new PackageRequest(text)
                : throw scalar.Place.Fail(
                    family == PackageFamily.Rpm ? $"`{text}` is not a path" : $"`{text}` names a file; DEB recipes take packages only", "name the package that has it");
        }

        var match = Shape().Match(text);
        if (!match.Success || (match.Groups["open"].Success != match.Groups["close"].Success))
        {
            throw scalar.Place.Fail($"`{text}` is not a package", "write `name`, `name >= 1.2` or `name:architecture`");
        }

        var (name, architecture, version) = (match.Groups["name"].Value, match.Groups["arch"].Value, match.Groups["version"].Value);
        if (family == PackageFamily.Deb ? !Names.IsDebPackageName(name) : !IsCapability(name))
        {
            throw scalar.Place.Fail($"`{name}` is not a package name", name.StartsWith('@') ? $"groups: [{name[1..]}]" : FamilyKeys.NameRule(family));
        }

        if (architecture != "" && !(family == PackageFamily.Deb ? Names.IsArchitecture(architecture) : Names.IsRpmArchitecture(architecture)))
        {
            throw scalar.Place.Fail($"`{architecture}` in `{text}` is not an architecture");
        }

        if (version != "" && !FamilyKeys.IsVersion(version, family))
        {
            throw scalar.Place.Fail($"`{version}` in `{text}` is not a version", $"versions have letters, digits and {(family == PackageFamily.Deb ? ". + - ~ :" : ". + - ~ ^ _ :")}");
        }

        return new PackageRequest(name, RelationOf(match.Groups["relation"].Value), version, architecture);
    }

    /// <summary>A name, with parts in parentheses where it is what packages provide: <c>libc.so.6()(64bit)</c>.</summary>
    private static bool IsCapability(string name) =>
        name.IndexOf('(', StringComparison.Ordinal) is var open && Names.IsRpmPackageName(open < 0 ? name : name.AsSpan(0, open));

    private static VersionRelation RelationOf(string symbol) => symbol switch
    {
        "" => VersionRelation.Any,
        "<" or "<<" => VersionRelation.Less,
        "<=" => VersionRelation.LessOrEqual,
        "=" or "==" => VersionRelation.Equal,
        ">=" => VersionRelation.GreaterOrEqual,
        _ => VersionRelation.Greater,
    };

    [GeneratedRegex(
        @"^(?<name>[^\s:<>=()]+(\((?![<>=])[^()\s]*\))*)(:(?<arch>[^\s:<>=()]+))?(\s*(?<open>\()?\s*(?<relation><<|<=|==|=|>=|>>|<|>)\s*(?<version>[^\s<>=()]+)\s*(?<close>\))?)?$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
