using System.Text;

namespace EzTemplates.Domain;

/// <summary>An RPM version taken apart as librpm does it: <c>epoch:version-release</c>.</summary>
public readonly ref struct RpmVersionParts(ReadOnlySpan<byte> epoch, ReadOnlySpan<byte> version, ReadOnlySpan<byte> release, bool hasRelease)
{
    /// <summary>Digits; empty where there is none, which equals 0.</summary>
    public ReadOnlySpan<byte> Epoch { get; } = epoch;

    public ReadOnlySpan<byte> Version { get; } = version;

    public ReadOnlySpan<byte> Release { get; } = release;

    /// <summary>A missing release is not an empty one: it matches any where the relation includes equality.</summary>
    public bool HasRelease { get; } = hasRelease;
}

/// <summary>
/// The order of RPM versions and the overlap of version ranges, as librpm answers (rpmio/rpmvercmp.c, rpmio/rpmver.c;
/// rpm-version(7)). A total preorder over all byte strings; different strings may be equal: <c>1.0</c>, <c>0:1.0</c>, <c>1..0</c>.
/// </summary>
public static class RpmVersionOrder
{
    public static int Compare(string left, string right) => Compare(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right));

    /// <summary>Orders <c>epoch:version-release</c>. A missing release sorts before any, as a label compares.</summary>
    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.SequenceEqual(right))
        {
            return 0;
        }

        var a = Parse(left);
        var b = Parse(right);
        var order = CompareEpochAndVersion(a, b);
        return order != 0 ? order
            : a.HasRelease && b.HasRelease ? CompareSegments(a.Release, b.Release)
            : a.HasRelease.CompareTo(b.HasRelease);
    }

    /// <summary>
    /// Whether the ranges <c>relation version</c> have a version in common: what a requirement asks for and what a package provides.
    /// An unversioned side overlaps everything; where one side alone has no release and includes equality, it meets every release of its version.
    /// </summary>
    public static bool Overlaps(VersionRelation relation, ReadOnlySpan<byte> version, VersionRelation otherRelation, ReadOnlySpan<byte> otherVersion)
    {
        if (relation == VersionRelation.Any || otherRelation == VersionRelation.Any)
        {
            return true;
        }

        var a = Parse(version);
        var b = Parse(otherVersion);
        var order = CompareEpochAndVersion(a, b);

        // Here, unlike in the order, an empty release counts as a missing one.
        var (hasRelease, otherHas) = (!a.Release.IsEmpty, !b.Release.IsEmpty);
        if (order == 0 && hasRelease && otherHas)
        {
            order = CompareSegments(a.Release, b.Release);
        }
        else if (order == 0 && hasRelease != otherHas && HasEqual(hasRelease ? otherRelation : relation))
        {
            return true;
        }

        return order switch
        {
            < 0 => HasGreater(relation) || HasLess(otherRelation),
            > 0 => HasLess(relation) || HasGreater(otherRelation),
            _ => (HasEqual(relation) && HasEqual(otherRelation))
                || (HasLess(relation) && HasLess(otherRelation))
                || (HasGreater(relation) && HasGreater(otherRelation)),
        };
    }

    /// <summary>Takes a version apart: the epoch is what digits stand before a colon, the release what follows the last hyphen.</summary>
    public static RpmVersionParts Parse(ReadOnlySpan<byte> text)
    {
        var digits = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        var epoch = default(ReadOnlySpan<byte>);
        if (digits >= 0 && text[digits] == ':')
        {
            epoch = text[..digits];
            text = text[(digits + 1)..];
        }

        var hyphen = text.LastIndexOf((byte)'-');
        return hyphen < 0
            ? new RpmVersionParts(epoch, text, default, false)
            : new RpmVersionParts(epoch, text[..hyphen], text[(hyphen + 1)..], true);
    }

    /// <summary>librpm's rpmvercmp: the order of two versions, or of two releases, segment by segment.</summary>
    public static int CompareSegments(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.SequenceEqual(right))
        {
            return 0;
        }

        while (!left.IsEmpty || !right.IsEmpty)
        {
            left = SkipSeparators(left);
            right = SkipSeparators(right);
            if (StartsWith(left, '~') || StartsWith(right, '~'))
            {
                if (!StartsWith(left, '~') || !StartsWith(right, '~'))
                {
                    return StartsWith(left, '~') ? -1 : 1;
                }
            }
            else if (StartsWith(left, '^') || StartsWith(right, '^'))
            {
                if (left.IsEmpty || right.IsEmpty)
                {
                    return left.IsEmpty ? -1 : 1;
                }

                if (!StartsWith(left, '^') || !StartsWith(right, '^'))
                {
                    return StartsWith(left, '^') ? -1 : 1;
                }
            }
            else
            {
                if (left.IsEmpty || right.IsEmpty)
                {
                    break;
                }

                var order = CompareFirstSegment(ref left, ref right);
                if (order != 0)
                {
                    return order;
                }

                continue;
            }

            left = left[1..];
            right = right[1..];
        }

        return left.IsEmpty ? right.IsEmpty ? 0 : -1 : 1;
    }

    private static int CompareFirstSegment(ref ReadOnlySpan<byte> left, ref ReadOnlySpan<byte> right)
    {
        var numeric = char.IsAsciiDigit((char)left[0]);
        var a = TakeSegment(ref left, numeric);
        var b = TakeSegment(ref right, numeric);
        if (b.IsEmpty)
        {
            // Segments of different kinds: digits are newer than letters.
            return numeric ? 1 : -1;
        }

        if (numeric)
        {
            a = a.TrimStart((byte)'0');
            b = b.TrimStart((byte)'0');
            if (a.Length != b.Length)
            {
                return a.Length < b.Length ? -1 : 1;
            }
        }

        return Math.Sign(a.SequenceCompareTo(b));
    }

    private static ReadOnlySpan<byte> TakeSegment(ref ReadOnlySpan<byte> text, bool numeric)
    {
        var length = 0;
        while (length < text.Length && (numeric ? char.IsAsciiDigit((char)text[length]) : char.IsAsciiLetter((char)text[length])))
        {
            length++;
        }

        var segment = text[..length];
        text = text[length..];
        return segment;
    }

    private static ReadOnlySpan<byte> SkipSeparators(ReadOnlySpan<byte> text)
    {
        var i = 0;
        while (i < text.Length && !char.IsAsciiLetterOrDigit((char)text[i]) && text[i] is not ((byte)'~' or (byte)'^'))
        {
            i++;
        }

        return text[i..];
    }

    private static int CompareEpochAndVersion(RpmVersionParts a, RpmVersionParts b)
    {
        var x = a.Epoch.TrimStart((byte)'0');
        var y = b.Epoch.TrimStart((byte)'0');
        var order = x.Length != y.Length ? x.Length.CompareTo(y.Length) : Math.Sign(x.SequenceCompareTo(y));
        return order != 0 ? order : CompareSegments(a.Version, b.Version);
    }

    private static bool StartsWith(ReadOnlySpan<byte> text, char c) => !text.IsEmpty && text[0] == c;

    private static bool HasLess(VersionRelation relation) => relation is VersionRelation.Less or VersionRelation.LessOrEqual;

    private static bool HasEqual(VersionRelation relation) =>
        relation is VersionRelation.Equal or VersionRelation.LessOrEqual or VersionRelation.GreaterOrEqual;

    private static bool HasGreater(VersionRelation relation) => relation is VersionRelation.Greater or VersionRelation.GreaterOrEqual;
}
