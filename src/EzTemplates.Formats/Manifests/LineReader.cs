using System.Buffers.Text;
using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Formats.Manifests;

/// <summary>
/// Reads what <see cref="LineWriter"/> writes, a line and then a field at a time. It takes slightly more than the one canonical
/// spelling of a value; whoever reads a line writes it again and hands that to <see cref="RequireSpelling"/>.
/// </summary>
internal ref struct LineReader
{
    private readonly string _fileName;
    private readonly string _formatName;
    private ReadOnlySpan<byte> _rest;
    private ReadOnlySpan<byte> _line;
    private ReadOnlySpan<byte> _fields;
    private bool _exhausted;
    private int _lineNumber;

    /// <param name="formatName">What the file is called in errors: <c>manifest</c>.</param>
    public LineReader(ReadOnlySpan<byte> text, string fileName, string formatName)
    {
        _rest = text;
        _fileName = fileName;
        _formatName = formatName;
    }

    /// <summary>Goes to the next line; false at the end of the text.</summary>
    public bool NextLine()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        _lineNumber++;
        var end = _rest.IndexOf((byte)'\n');
        if (end < 0)
        {
            throw Fail("the last line is cut off");
        }

        _line = _fields = _rest[..end];
        _rest = _rest[(end + 1)..];
        _exhausted = false;
        return true;
    }

    /// <summary>The first line, which names the format and its number.</summary>
    public void RequireHeader(ReadOnlySpan<byte> header)
    {
        if (!NextLine() || !_line.SequenceEqual(header))
        {
            throw Fail($"it does not start with `{Encoding.ASCII.GetString(header)}`");
        }
    }

    /// <summary>Whether that is the whole first line, before it is read.</summary>
    public readonly bool StartsWithLine(ReadOnlySpan<byte> line) => _rest.StartsWith(line) && _rest.Length > line.Length && _rest[line.Length] == '\n';

    public readonly bool StartsWith(ReadOnlySpan<byte> prefix) => _fields.StartsWith(prefix);

    public ReadOnlySpan<byte> Field(string what)
    {
        if (_exhausted)
        {
            throw Fail($"no {what}");
        }

        var end = _fields.IndexOf((byte)' ');
        var field = end < 0 ? _fields : _fields[..end];
        _exhausted = end < 0;
        _fields = end < 0 ? default : _fields[(end + 1)..];
        return field.IsEmpty ? throw Fail($"no {what}") : field;
    }

    public readonly void EndFields()
    {
        if (!_exhausted)
        {
            throw Fail("too many fields");
        }
    }

    /// <summary>The canonical line, its end included, against the line that was read.</summary>
    public readonly void RequireSpelling(ReadOnlySpan<byte> canonical)
    {
        if (!_line.SequenceEqual(canonical[..^1]))
        {
            throw Fail($"not in canonical form, which is `{Encoding.Latin1.GetString(canonical[..^1])}`");
        }
    }

    public long Number(string what) => ParseNumber(Field(what), what);

    public Sha256Digest Digest(string what) =>
        Sha256Digest.TryParse(Field(what), out var digest) ? digest : throw Fail($"the {what} is not a SHA-256 digest");

    public int Mode()
    {
        var mode = 0;
        foreach (var digit in Field("mode"))
        {
            mode = digit is >= (byte)'0' and <= (byte)'7' && mode <= 0xfff ? (mode << 3) + digit - '0' : throw Fail("the mode is not octal");
        }

        return mode <= 0xfff ? mode : throw Fail("the mode has more than 12 bits");
    }

    public uint Id(string what) => Number(what) is >= 0 and <= uint.MaxValue and var id ? (uint)id : throw Fail($"the {what} is out of range");

    public FileTime Time()
    {
        var field = Field("time");
        var dot = field.IndexOf((byte)'.');
        return dot > 0 && field.Length - dot == 10 && ParseNumber(field[(dot + 1)..], "time") is >= 0 and var nanoseconds
            ? new FileTime(ParseNumber(field[..dot], "time"), (int)nanoseconds)
            : throw Fail("the time is not seconds.nanoseconds");
    }

    /// <summary>A field of bytes as chars, escapes undone.</summary>
    public string Text(string what) => Unescape(Field(what), what);

    public readonly string Unescape(ReadOnlySpan<byte> field, string what)
    {
        if (!field.Contains((byte)'\\'))
        {
            return Encoding.Latin1.GetString(field);
        }

        var text = new StringBuilder(field.Length);
        Span<byte> value = stackalloc byte[1];
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] != (byte)'\\')
            {
                text.Append((char)field[i]);
                continue;
            }

            if (field.Length - i < 4 || field[i + 1] != (byte)'x'
                || Convert.FromHexString(field.Slice(i + 2, 2), value, out _, out _) != System.Buffers.OperationStatus.Done)
            {
                throw Fail($"the {what} has an escape that is not `\\xHH`");
            }

            text.Append((char)value[0]);
            i += 3;
        }

        return text.ToString();
    }

    public readonly long ParseNumber(ReadOnlySpan<byte> field, string what) =>
        Utf8Parser.TryParse(field, out long value, out var consumed) && consumed == field.Length
            ? value
            : throw Fail($"the {what} is not a number");

    public readonly EzException Fail(string why) => new(
        FailureKind.Store,
        $"{_formatName} `{_fileName}`, line {_lineNumber}: {why}",
        "the file was damaged or changed: remove it and build again");
}
