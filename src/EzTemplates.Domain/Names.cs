namespace EzTemplates.Domain;

/// <summary>What names may look like. They become file names, URLs and arguments, so what is allowed is written out.</summary>
public static class Names
{
    // With a version or an architecture behind it, it is still a file's name (255 bytes at most).
    private const int LongestRpmPackageName = 200;

    /// <summary>A template's or a repository's name: lower-case letters, digits, <c>+ . -</c>; starts with a letter or digit.</summary>
    public static bool IsTemplateName(ReadOnlySpan<char> name) =>
        name.Length is > 0 and <= 128 && char.IsAsciiLetterOrDigit(name[0]) && HasOnlyLowerAnd(name, "+.-");

    /// <summary>Debian Policy 5.6.7, and one-letter names, which archives have.</summary>
    public static bool IsDebPackageName(ReadOnlySpan<char> name) => IsTemplateName(name);

    /// <summary>Debian Policy 5.6.12: letters, digits and <c>. + - ~ :</c>; starts with a digit (upstreams that break this exist).</summary>
    public static bool IsDebVersion(ReadOnlySpan<char> version)
    {
        foreach (var c in version)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !".+-~:".Contains(c, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return version.Length > 0 && char.IsAsciiLetterOrDigit(version[0]);
    }

    /// <summary>
    /// What rpm's builder takes for a name: <c>libstdc++</c>, <c>python3.11</c>, <c>NetworkManager</c>; and with a kind before a colon, as zypp has them
    /// (<c>pattern:base</c>).
    /// </summary>
    public static bool IsRpmPackageName(ReadOnlySpan<char> name) =>
        name.Length is > 0 and <= LongestRpmPackageName && (char.IsAsciiLetterOrDigit(name[0]) || name[0] == '_') && HasOnlyAlphanumericAnd(name, "+._-:");

    /// <summary><c>epoch:version-release</c>, of which all but the version may be missing. A version may begin with any of its signs: <c>.02-522</c> is one of a distribution.</summary>
    public static bool IsRpmVersion(ReadOnlySpan<char> version) =>
        version.Length > 0 && version[0] is not ('-' or ':') && HasOnlyAlphanumericAnd(version, ".+_~^-:");

    /// <summary><c>x86_64</c>, <c>i686</c>, <c>noarch</c>.</summary>
    public static bool IsRpmArchitecture(ReadOnlySpan<char> name) =>
        name.Length > 0 && char.IsAsciiLetterLower(name[0]) && HasOnlyLowerAnd(name, "_");

    /// <summary><c>amd64</c>, <c>kfreebsd-i386</c>.</summary>
    public static bool IsArchitecture(ReadOnlySpan<char> name) =>
        name.Length > 0 && char.IsAsciiLetterLower(name[0]) && HasOnlyLowerAnd(name, "-");

    private static bool HasOnlyAlphanumericAnd(ReadOnlySpan<char> name, ReadOnlySpan<char> others)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !others.Contains(c))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Lower-case letters, digits and some others.</summary>
    private static bool HasOnlyLowerAnd(ReadOnlySpan<char> name, ReadOnlySpan<char> others)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && !others.Contains(c))
            {
                return false;
            }
        }

        return true;
    }
}
