using System.Text;

namespace EzTemplates.Domain;

/// <summary>
/// An absolute path inside a template's tree: <c>/</c>, <c>/usr</c>, <c>/usr/bin/env</c>. Paths on Linux are bytes, so this holds
/// bytes, one per char (Latin-1): ordinal comparison is comparison by raw bytes, and no name is out of reach.
/// Always normal: no empty, <c>.</c> or <c>..</c> component, no NUL, no trailing slash.
/// </summary>
public readonly struct TreePath : IEquatable<TreePath>, IComparable<TreePath>
{
    private readonly string? _bytes;

    private TreePath(string bytes) => _bytes = bytes;

    public static TreePath Root => new("/");

    /// <summary>The path's bytes, one per char. Not for people: use <see cref="ToString"/>.</summary>
    public string Latin1 => _bytes ?? "/";

    public bool IsRoot => Latin1.Length == 1;

    /// <summary>The last component, bytes as chars; empty for the root.</summary>
    public string Name => Latin1[(Latin1.LastIndexOf('/') + 1)..];

    /// <summary>The directory that holds this path; the root's parent is the root.</summary>
    public TreePath Parent
    {
        get
        {
            var slash = Latin1.LastIndexOf('/');
            return slash <= 0 ? Root : new TreePath(Latin1[..slash]);
        }
    }

    /// <summary>Bytes below the root, without the leading slash, as the *at system calls take them; <c>.</c> for the root.</summary>
    public string Relative => IsRoot ? "." : Latin1[1..];

    /// <summary>Adds one component, given as bytes in chars.</summary>
    /// <exception cref="FormatException">The name is empty, <c>.</c>, <c>..</c>, or holds a slash or NUL.</exception>
    public TreePath Append(string name)
    {
        if (name is "" or "." or ".." || name.AsSpan().IndexOfAny('/', '\0') >= 0)
        {
            throw new FormatException($"`{Display(name)}` is not a file name");
        }

        return new TreePath(IsRoot ? "/" + name : Latin1 + "/" + name);
    }

    /// <summary>True if this path is <paramref name="ancestor"/> or lies below it.</summary>
    public bool IsAtOrBelow(TreePath ancestor) =>
        ancestor.IsRoot
        || (Latin1.StartsWith(ancestor.Latin1, StringComparison.Ordinal)
            && (Latin1.Length == ancestor.Latin1.Length || Latin1[ancestor.Latin1.Length] == '/'));

    /// <summary>
    /// Reads a path from bytes as chars. A leading <c>/</c>, <c>./</c> or nothing are the same; repeated slashes, <c>.</c> components
    /// and a trailing slash are dropped.
    /// </summary>
    /// <returns>False for a <c>..</c> component, a NUL, or a char above 0xff.</returns>
    public static bool TryParse(ReadOnlySpan<char> latin1, out TreePath path)
    {
        if (IsNormal(latin1))
        {
            path = new TreePath(latin1.ToString());
            return true;
        }

        path = default;
        var text = new StringBuilder(latin1.Length + 1);
        foreach (var range in latin1.Split('/'))
        {
            var name = latin1[range];
            if (name is "..")
            {
                return false;
            }

            if (name.IsEmpty || name is ".")
            {
                continue;
            }

            foreach (var c in name)
            {
                if (c is '\0' or > '\u00ff')
                {
                    return false;
                }
            }

            text.Append('/').Append(name);
        }

        path = text.Length == 0 ? Root : new TreePath(text.ToString());
        return true;
    }

    /// <summary>Whether it is surely normal, as most are: hidden files take the longer way.</summary>
    private static bool IsNormal(ReadOnlySpan<char> latin1) =>
        latin1.Length > 1 && latin1[0] == '/' && latin1[^1] != '/'
        && latin1.IndexOf("//", StringComparison.Ordinal) < 0 && latin1.IndexOf("/.", StringComparison.Ordinal) < 0
        && latin1.IndexOfAnyExceptInRange('\u0001', '\u00ff') < 0;

    /// <summary>As <see cref="TryParse"/>.</summary>
    /// <exception cref="FormatException">Where <see cref="TryParse"/> answers false.</exception>
    public static TreePath Parse(ReadOnlySpan<char> latin1) =>
        TryParse(latin1, out var path) ? path : throw new FormatException($"`{Display(latin1.ToString())}` is not a path inside a tree");

    /// <summary>A path as a person or a recipe writes it: UTF-8 text.</summary>
    public static TreePath FromText(string text) => Parse(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text)));

    /// <summary>Bytes-as-chars to something that can be printed: UTF-8 where it is UTF-8, <c>\xHH</c> for what would harm a terminal.</summary>
    public static string Display(string latin1)
    {
        var text = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(latin1));
        if (text.All(c => !char.IsControl(c) && c != '\ufffd'))
        {
            return text;
        }

        var shown = new StringBuilder();
        foreach (var c in latin1)
        {
            _ = c is >= ' ' and <= '~' ? shown.Append(c) : shown.Append("\\x").Append(((int)c).ToString("x2", null));
        }

        return shown.ToString();
    }

    public int CompareTo(TreePath other) => string.CompareOrdinal(Latin1, other.Latin1);

    public bool Equals(TreePath other) => string.Equals(Latin1, other.Latin1, StringComparison.Ordinal);

    public override bool Equals(object? obj) => obj is TreePath other && Equals(other);

    public override int GetHashCode() => Latin1.GetHashCode(StringComparison.Ordinal);

    public static bool operator ==(TreePath left, TreePath right) => left.Equals(right);

    public static bool operator !=(TreePath left, TreePath right) => !left.Equals(right);

    public static bool operator <(TreePath left, TreePath right) => left.CompareTo(right) < 0;

    public static bool operator >(TreePath left, TreePath right) => left.CompareTo(right) > 0;

    public static bool operator <=(TreePath left, TreePath right) => left.CompareTo(right) <= 0;

    public static bool operator >=(TreePath left, TreePath right) => left.CompareTo(right) >= 0;

    public override string ToString() => Display(Latin1);
}
