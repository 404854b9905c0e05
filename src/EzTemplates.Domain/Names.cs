using System.Buffers;

namespace EzTemplates.Domain;

/// <summary>What names may look like. They become file names, URLs and arguments, so what is allowed is written out.</summary>
public static class Names
{
    private static readonly SearchValues<char> OfNames = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789+.-");

    private static readonly SearchValues<char> OfArchitectures = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>A template's or a repository's name: lower-case letters, digits, <c>+ . -</c>; starts with a letter or digit.</summary>
    public static bool IsTemplateName(ReadOnlySpan<char> name) =>
        name.Length is > 0 and <= 128 && char.IsAsciiLetterOrDigit(name[0]) && !name.ContainsAnyExcept(OfNames);

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

    /// <summary><c>amd64</c>, <c>kfreebsd-i386</c>.</summary>
    public static bool IsArchitecture(ReadOnlySpan<char> name) =>
        name.Length > 0 && char.IsAsciiLetterLower(name[0]) && !name.ContainsAnyExcept(OfArchitectures);
}
