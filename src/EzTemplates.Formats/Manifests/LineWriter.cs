using System.Buffers;
using System.Globalization;
using EzTemplates.Domain;

namespace EzTemplates.Formats.Manifests;

/// <summary>
/// Lines of fields separated by one space, as the store's texts have them. Strings are bytes as chars (Latin-1);
/// bytes outside 0x21-0x7e and the backslash are written <c>\xHH</c>, so a field never holds a space or a line's end.
/// </summary>
internal sealed class LineWriter
{
    private static readonly SearchValues<char> Verbatim =
        SearchValues.Create(Enumerable.Range(0x21, 0x7e - 0x21 + 1).Select(c => (char)c).Where(c => c != '\\').ToArray());

    private byte[] _bytes;
    private int _length;

    public LineWriter(int expectedLength) => _bytes = new byte[Math.Max(expectedLength, 256)];

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Clear() => _length = 0;

    /// <summary>Starts another field of the line, unless it is the first.</summary>
    public LineWriter Next()
    {
        if (_length > 0 && _bytes[_length - 1] != (byte)'\n')
        {
            Byte((byte)' ');
        }

        return this;
    }

    public void EndLine() => Byte((byte)'\n');

    public void Byte(byte value) => Room(1)[0] = value;

    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Room(bytes.Length));

    public void Number(long value) => Formatted(value, default);

    public void Digest(Sha256Digest digest)
    {
        Span<byte> bytes = stackalloc byte[Sha256Digest.ByteCount];
        digest.CopyTo(bytes);
        _ = Convert.TryToHexStringLower(bytes, Room(2 * Sha256Digest.ByteCount), out _);
    }

    /// <summary>Four octal digits.</summary>
    public void Mode(int mode)
    {
        if (mode is < 0 or > 0xfff)
        {
            throw new ArgumentException($"a mode has 12 bits, not `{Convert.ToString(mode, 8)}`", nameof(mode));
        }

        var digits = Room(4);
        for (var i = 3; i >= 0; i--, mode >>= 3)
        {
            digits[i] = (byte)('0' + (mode & 7));
        }
    }

    public void Time(FileTime time)
    {
        if (time.Nanoseconds is < 0 or > 999_999_999)
        {
            throw new ArgumentException($"nanoseconds go from 0 to 999999999, not `{time.Nanoseconds}`", nameof(time));
        }

        Number(time.Seconds);
        Byte((byte)'.');
        Formatted(time.Nanoseconds, "D9");
    }

    public void Base64(ReadOnlySpan<byte> bytes) =>
        System.Buffers.Text.Base64.EncodeToUtf8(bytes, Room(System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out _);

    /// <summary>A string of bytes as chars; the chars of <paramref name="alsoEscaped"/> are escaped too.</summary>
    public void Escaped(string latin1, string alsoEscaped = "")
    {
        if (alsoEscaped == "" && !latin1.AsSpan().ContainsAnyExcept(Verbatim))
        {
            System.Text.Encoding.Latin1.GetBytes(latin1, Room(latin1.Length));
            return;
        }

        foreach (var c in latin1)
        {
            if (c > 0xff)
            {
                throw new ArgumentException($"`{latin1}` is not bytes as chars", nameof(latin1));
            }

            if (Verbatim.Contains(c) && !alsoEscaped.Contains(c, StringComparison.Ordinal))
            {
                Byte((byte)c);
            }
            else
            {
                var escape = Room(4);
                "\\x"u8.CopyTo(escape);
                Convert.TryToHexStringLower([(byte)c], escape[2..], out _);
            }
        }
    }

    private void Formatted(long value, ReadOnlySpan<char> format)
    {
        var room = Room(20);
        value.TryFormat(room, out var written, format, CultureInfo.InvariantCulture);
        _length -= room.Length - written;
    }

    private Span<byte> Room(int count)
    {
        if (_bytes.Length - _length < count)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        }

        _length += count;
        return _bytes.AsSpan(_length - count, count);
    }
}
