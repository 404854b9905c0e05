using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>
/// Decodes one 512-byte header as dpkg's lib/dpkg/tarfn.c does: what it refuses is refused, and only that. Offsets and magics: POSIX
/// pax, "ustar Interchange Format"; base-256 numbers: the GNU tar manual.
/// </summary>
internal static class TarHeader
{
    public const int Size = 512;
    private const int TypeField = 156;

    /// <summary>Sum of a header with its checksum field taken as blanks, compared with that field.</summary>
    public static bool HasSoundChecksum(ReadOnlySpan<byte> header)
    {
        if (!TryParseOctal(header.Slice(148, 8), out var expected))
        {
            return false;
        }

        var sum = 8UL * ' ';
        for (var i = 0; i < Size; i++)
        {
            sum += i is >= 148 and < 156 ? 0UL : header[i];
        }

        return sum == expected;
    }

    public static char Type(ReadOnlySpan<byte> header) => header[TypeField] == 0 ? '0' : (char)header[TypeField];

    public static string Name(ReadOnlySpan<byte> header)
    {
        var name = Text(header[..100]);
        var isUstar = header.Slice(257, 6).SequenceEqual("ustar\0"u8);
        return isUstar && header[345] != 0 ? Text(header.Slice(345, 155)) + "/" + name : name;
    }

    public static string LinkTarget(ReadOnlySpan<byte> header) => Text(header.Slice(157, 100));

    public static long ContentSize(ReadOnlySpan<byte> header) => (long)Unsigned(header.Slice(124, 12), long.MaxValue, "size");

    /// <summary>Everything but name, link target and the real size, which other headers may have overridden.</summary>
    public static TarMember Decode(ReadOnlySpan<byte> header, TarType type, string name, string target, long size) => new()
    {
        Type = type,
        Name = name,
        LinkTarget = target,
        Size = type == TarType.File ? size : 0,
        Mode = (int)(Unsigned(header.Slice(100, 8), uint.MaxValue, "mode") & 0xfff),
        Uid = (uint)Unsigned(header.Slice(108, 8), uint.MaxValue, "uid"),
        Gid = (uint)Unsigned(header.Slice(116, 8), uint.MaxValue, "gid"),
        Mtime = Signed(header.Slice(136, 12), "mtime"),
        UserName = Text(header.Slice(265, 32)),
        GroupName = Text(header.Slice(297, 32)),
        Device = type is TarType.CharacterDevice or TarType.BlockDevice
            ? new DeviceNumber(
                (uint)Unsigned(header.Slice(329, 8), uint.MaxValue, "device major"),
                (uint)Unsigned(header.Slice(337, 8), uint.MaxValue, "device minor"))
            : default,
    };

    private static string Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return Encoding.Latin1.GetString(end < 0 ? field : field[..end]);
    }

    private static ulong Unsigned(ReadOnlySpan<byte> field, ulong largest, string what)
    {
        var sound = TryParse(field, out var number, out var negative);
        return sound && !negative && number <= largest ? number : throw Bad(what);
    }

    private static long Signed(ReadOnlySpan<byte> field, string what)
    {
        var sound = TryParse(field, out var number, out var negative);
        return sound && (negative || number <= long.MaxValue) ? (long)number : throw Bad(what);
    }

    private static MalformedArchiveException Bad(string what) => new($"a tar header's {what} is not a number that fits");

    private static bool TryParse(ReadOnlySpan<byte> field, out ulong number, out bool negative)
    {
        negative = field[0] == 0xff;
        return field[0] is 0xff or 0x80 ? TryParseBase256(field, out number) : TryParseOctal(field, out number);
    }

    /// <summary>Blanks, octal digits, then only blanks and NULs; a field of NULs is 0, one of blanks no number.</summary>
    private static bool TryParseOctal(ReadOnlySpan<byte> field, out ulong number)
    {
        number = 0;
        var text = field.TrimStart((byte)' ');
        var end = text.IndexOfAnyExceptInRange((byte)'0', (byte)'7');
        var digits = end < 0 ? text : text[..end];
        foreach (var digit in digits)
        {
            number = (number << 3) | (uint)(digit - '0');
        }

        return !text.IsEmpty && text[digits.Length..].IndexOfAnyExcept((byte)0, (byte)' ') < 0;
    }

    /// <summary>Two's complement behind one marker byte; what does not fit 64 bits is no number.</summary>
    private static bool TryParseBase256(ReadOnlySpan<byte> field, out ulong number)
    {
        var sign = field[0] == 0xff ? (byte)0xff : (byte)0;
        number = sign == 0 ? 0 : ulong.MaxValue;
        var digits = field[1..];
        while (digits.Length > sizeof(ulong))
        {
            if (digits[0] != sign)
            {
                return false;
            }

            digits = digits[1..];
        }

        if (digits.Length == sizeof(ulong) && (digits[0] & 0x80) != (sign & 0x80))
        {
            return false;
        }

        foreach (var digit in digits)
        {
            number = (number << 8) | digit;
        }

        return true;
    }
}
