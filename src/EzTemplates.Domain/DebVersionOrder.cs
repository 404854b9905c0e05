using System.Text;

namespace EzTemplates.Domain;

/// <summary>A Debian version taken apart as dpkg does it.</summary>
public readonly ref struct DebVersionParts(int epoch, ReadOnlySpan<byte> upstream, ReadOnlySpan<byte> revision, string? problem, bool isFatal)
{
    public int Epoch { get; } = epoch;

    public ReadOnlySpan<byte> Upstream { get; } = upstream;

    /// <summary>Empty where there is none, which equals "0".</summary>
    public ReadOnlySpan<byte> Revision { get; } = revision;

    /// <summary>Why dpkg objects, or null.</summary>
    public string? Problem { get; } = problem;

    /// <summary>
    /// Whether dpkg cannot even read it (empty, a bad epoch...). The other problems only make it refuse the package: it still orders them.
    /// </summary>
    public bool IsFatal { get; } = isFatal;
}

/// <summary>
/// The order of Debian versions, as <c>dpkg --compare-versions</c> answers (deb-version(7); dpkg's lib/dpkg/version.c and parsehelp.c).
/// A total preorder over all byte strings: what dpkg cannot read counts as an upstream version of epoch 0.
/// Different strings may be equal: <c>1.0</c>, <c>0:1.0</c>, <c>1.00-0</c>.
/// </summary>
public static class DebVersionOrder
{
    public static int Compare(string left, string right) => Compare(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right));

    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.SequenceEqual(right))
        {
            return 0;
        }

        var a = Parse(left);
        var b = Parse(right);
        if (a.Epoch != b.Epoch)
        {
            return a.Epoch < b.Epoch ? -1 : 1;
        }

        var order = CompareParts(a.Upstream, b.Upstream);
        return order != 0 ? order : CompareParts(a.Revision, b.Revision);
    }

    /// <summary>Whether <c>dpkg --validate-version</c> takes it.</summary>
    public static bool IsValid(ReadOnlySpan<byte> version) => Parse(version).Problem is null;

    public static bool IsValid(string version) => WhyInvalid(version) is null;

    /// <summary>What dpkg objects to, or null.</summary>
    public static string? WhyInvalid(string version) => Parse(Encoding.UTF8.GetBytes(version)).Problem;

    public static DebVersionParts Parse(ReadOnlySpan<byte> version)
    {
        var text = version.Trim(" \t"u8);
        if (text.IsEmpty)
        {
            return Unreadable(text, "version string is empty");
        }

        if (text.IndexOfAny((byte)' ', (byte)'\t') >= 0)
        {
            return Unreadable(text, "version string has embedded spaces");
        }

        var epoch = 0;
        var colon = text.IndexOf((byte)':');
        if (colon >= 0)
        {
            if (EpochProblem(text[..colon], out epoch) is { } bad)
            {
                return Unreadable(text, bad);
            }

            if (colon == text.Length - 1)
            {
                return Unreadable(text, "nothing after colon in version number");
            }

            text = text[(colon + 1)..];
        }

        var hyphen = text.LastIndexOf((byte)'-');
        if (hyphen == text.Length - 1)
        {
            return new DebVersionParts(epoch, text[..hyphen], default, "revision number in version number is empty", isFatal: true);
        }

        var upstream = hyphen < 0 ? text : text[..hyphen];
        var revision = hyphen < 0 ? default : text[(hyphen + 1)..];
        return upstream.IsEmpty
            ? new DebVersionParts(epoch, upstream, revision, "version number is empty", isFatal: true)
            : new DebVersionParts(epoch, upstream, revision, CharacterProblem(upstream, revision), isFatal: false);
    }

    private static DebVersionParts Unreadable(ReadOnlySpan<byte> text, string problem) => new(0, text, default, problem, isFatal: true);

    /// <summary>dpkg reads the epoch with strtol, which skips white space and takes a sign.</summary>
    private static string? EpochProblem(ReadOnlySpan<byte> text, out int epoch)
    {
        epoch = 0;
        var digits = text.TrimStart(" \t\n\v\f\r"u8);
        var negative = digits is [(byte)'-', ..];
        if (digits is [(byte)'+' or (byte)'-', ..])
        {
            digits = digits[1..];
        }

        if (digits.IsEmpty || digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0)
        {
            return text.IsEmpty ? "epoch in version is empty" : "epoch in version is not number";
        }

        long value = 0;
        foreach (var digit in digits)
        {
            value = Math.Min((value * 10) + digit - '0', int.MaxValue + 1L);
        }

        if (negative && value > 0)
        {
            return "epoch in version is negative";
        }

        if (value > int.MaxValue)
        {
            return "epoch in version is too big";
        }

        epoch = (int)value;
        return null;
    }

    private static string? CharacterProblem(ReadOnlySpan<byte> upstream, ReadOnlySpan<byte> revision)
    {
        if (!char.IsAsciiDigit((char)upstream[0]))
        {
            return "version number does not start with digit";
        }

        foreach (var c in upstream)
        {
            if (!char.IsAsciiLetterOrDigit((char)c) && c is not ((byte)'.' or (byte)'-' or (byte)'+' or (byte)'~' or (byte)':'))
            {
                return "invalid character in version number";
            }
        }

        foreach (var c in revision)
        {
            if (!char.IsAsciiLetterOrDigit((char)c) && c is not ((byte)'.' or (byte)'+' or (byte)'~'))
            {
                return "invalid character in revision number";
            }
        }

        return null;
    }

    /// <summary>dpkg's verrevcmp: runs of non-digits and of digits in turn.</summary>
    private static int CompareParts(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        int i = 0, j = 0;
        while (i < left.Length || j < right.Length)
        {
            while ((i < left.Length && !IsDigit(left[i])) || (j < right.Length && !IsDigit(right[j])))
            {
                var order = Weight(left, i++) - Weight(right, j++);
                if (order != 0)
                {
                    return Math.Sign(order);
                }
            }

            var number = CompareNumbers(left, ref i, right, ref j);
            if (number != 0)
            {
                return number;
            }
        }

        return 0;
    }

    /// <summary>Numbers of any length: after leading zeros the longer one is greater, then the first difference decides.</summary>
    private static int CompareNumbers(ReadOnlySpan<byte> left, ref int i, ReadOnlySpan<byte> right, ref int j)
    {
        while (i < left.Length && left[i] == '0')
        {
            i++;
        }

        while (j < right.Length && right[j] == '0')
        {
            j++;
        }

        var first = 0;
        while (i < left.Length && IsDigit(left[i]) && j < right.Length && IsDigit(right[j]))
        {
            first = first != 0 ? first : left[i] - right[j];
            i++;
            j++;
        }

        if (i < left.Length && IsDigit(left[i]))
        {
            return 1;
        }

        return j < right.Length && IsDigit(right[j]) ? -1 : Math.Sign(first);
    }

    private static bool IsDigit(byte c) => c is >= (byte)'0' and <= (byte)'9';

    /// <summary>
    /// <c>~</c> before the end, the end and digits, letters, then all else. The signed byte is dpkg's <c>char</c>: what is not ASCII is
    /// invalid, yet ordered.
    /// </summary>
    private static int Weight(ReadOnlySpan<byte> text, int at)
    {
        if (at >= text.Length || IsDigit(text[at]))
        {
            return 0;
        }

        var c = text[at];
        return c == '~' ? -1 : char.IsAsciiLetter((char)c) ? c : (sbyte)c + 256;
    }
}
