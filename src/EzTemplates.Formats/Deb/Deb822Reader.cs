using System.Buffers;
using System.Text;

namespace EzTemplates.Formats;

/// <summary>Whether lines that start with <c>#</c> are comments: in what people write (<c>.sources</c>) they are, elsewhere an error.</summary>
public enum Deb822Comments
{
    Refused,
    Skipped,
}

/// <summary>
/// Reads paragraphs of <c>Field: value</c> (deb822(5), Debian Policy 5.1) without copying. Lines end in LF or CRLF; field names are
/// compared without case; a field stands once in a paragraph. Signatures are not its business: give it the verified text.
/// </summary>
/// <example><c>while (reader.NextParagraph()) { while (reader.NextField()) { ... } }</c></example>
public ref struct Deb822Reader
{
    /// <summary>Far above what exists (about 60); keeps the search for duplicates from becoming quadratic on hostile input.</summary>
    private const int MaxFields = 1000;

    /// <summary>All that prints, but for the colon.</summary>
    private static readonly SearchValues<byte> NameBytes = SearchValues.Create(
        "!\"#$%&'()*+,-./0123456789;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"u8);

    private readonly ReadOnlyMemory<byte> _memory;
    private readonly ReadOnlySpan<byte> _text;
    private readonly string _file;
    private readonly Deb822Comments _comments;
    private readonly List<(int Start, int Length)> _seen;
    private ulong _seenBits;
    private int _position;
    private int _line;
    private int _nameStart;
    private int _nameLength;
    private int _valueStart;
    private int _valueLength;
    private byte[]? _uncommented;

    /// <param name="file">What errors call the text.</param>
    public Deb822Reader(ReadOnlyMemory<byte> text, string file, Deb822Comments comments = Deb822Comments.Refused)
    {
        _memory = text;
        _text = text.Span;
        _file = file;
        _comments = comments;
        _seen = [];
        _line = 1;
    }

    /// <summary>The line of the current field's name, from 1.</summary>
    public int FieldLine { get; private set; }

    /// <summary>The line where the current paragraph starts.</summary>
    public int ParagraphLine { get; private set; }

    /// <summary>Where the current paragraph starts in the text.</summary>
    public int ParagraphStart { get; private set; }

    /// <summary>Bytes read so far: after the last field of a paragraph, where it ends.</summary>
    public readonly int Position => _position;

    public readonly ReadOnlySpan<byte> Name => _text.Slice(_nameStart, _nameLength);

    /// <summary>
    /// The value without surrounding blanks. A folded value keeps its line ends and the blanks its continuation lines start with.
    /// </summary>
    public readonly ReadOnlySpan<byte> Value => _uncommented is null ? _text.Slice(_valueStart, _valueLength) : _uncommented;

    /// <inheritdoc cref="Value"/>
    public readonly ReadOnlyMemory<byte> ValueMemory => _uncommented is null ? _memory.Slice(_valueStart, _valueLength) : _uncommented;

    /// <summary>Goes to the next paragraph; what is left of the current one is checked and skipped.</summary>
    public bool NextParagraph()
    {
        while (NextField())
        {
        }

        while (_position < _text.Length)
        {
            var line = PeekLine(out var length);
            if (!line.IsEmpty && !IsComment(line))
            {
                break;
            }

            Advance(length);
        }

        _seen.Clear();
        _seenBits = 0;
        ParagraphLine = _line;
        ParagraphStart = _position;
        return _position < _text.Length;
    }

    /// <exception cref="MalformedMetadataException">The paragraph is not well formed here.</exception>
    public bool NextField()
    {
        while (ParagraphLine > 0 && _position < _text.Length)
        {
            var line = PeekLine(out var length);
            if (line.IsEmpty)
            {
                return false;
            }

            if (!IsComment(line))
            {
                ReadField(line, length);
                return true;
            }

            Advance(length);
        }

        return false;
    }

    public readonly MalformedMetadataException Malformed(string reason) =>
        new(_file, FieldLine, Encoding.UTF8.GetString(Name), reason);

    private void ReadField(ReadOnlySpan<byte> line, int length)
    {
        _uncommented = null;
        _nameStart = _position;
        FieldLine = _line;
        var colon = line.IndexOf((byte)':');
        _nameLength = colon < 0 ? 0 : line[..colon].TrimEnd(" \t"u8).Length;
        CheckName(line);
        Advance(length);
        var commented = SkipContinuations(out var end);
        _valueStart = _nameStart + colon + 1;
        var value = _text[_valueStart..end];
        var trimmed = value.TrimStart(" \t"u8);
        _valueStart += value.Length - trimmed.Length;
        _valueLength = trimmed.TrimEnd(" \t\r\n"u8).Length;
        if (commented)
        {
            _uncommented = WithoutComments(_text.Slice(_valueStart, _valueLength));
        }
    }

    private void CheckName(ReadOnlySpan<byte> line)
    {
        if (line[0] is (byte)' ' or (byte)'\t')
        {
            throw new MalformedMetadataException(_file, _line, "", "a continuation line without a field before it");
        }

        if (_nameLength == 0)
        {
            throw new MalformedMetadataException(_file, _line, "", $"neither a field (`Name: value`), a continuation nor an empty line: `{Shown(line)}`");
        }

        var name = _text.Slice(_nameStart, _nameLength);
        if (name.IndexOfAnyExcept(NameBytes) >= 0 || name[0] is (byte)'#' or (byte)'-')
        {
            throw new MalformedMetadataException(_file, _line, "", $"`{Shown(name)}` is not a field name");
        }

        RefuseDuplicate(name);
    }

    /// <summary>A bit for a name's rough shape tells most new names apart at once; only a clash is looked up.</summary>
    private void RefuseDuplicate(ReadOnlySpan<byte> name)
    {
        var shape = (name.Length * 7) + ((name[0] | 0x20) * 31) + ((name[^1] | 0x20) * 3) + (name[name.Length / 2] | 0x20);
        var bit = 1UL << (shape & 63);
        if ((_seenBits & bit) != 0)
        {
            foreach (var (start, length) in _seen)
            {
                if (length == name.Length && Ascii.EqualsIgnoreCase(_text.Slice(start, length), name))
                {
                    throw new MalformedMetadataException(_file, _line, Encoding.UTF8.GetString(name), "stands twice in one paragraph");
                }
            }
        }

        if (_seen.Count == MaxFields)
        {
            throw new MalformedMetadataException(_file, _line, Encoding.UTF8.GetString(name), $"more than {MaxFields} fields in one paragraph");
        }

        _seenBits |= bit;
        _seen.Add((_nameStart, name.Length));
    }

    /// <summary>Goes over the lines that belong to the field; says whether comments stand among them, and where the last of its own ends.</summary>
    private bool SkipContinuations(out int end)
    {
        var commented = false;
        var sawComment = false;
        end = _position;
        while (_position < _text.Length)
        {
            var first = _text[_position];
            if (first is (byte)' ' or (byte)'\t')
            {
                var line = PeekLine(out var length);
                if (line.TrimStart(" \t"u8).IsEmpty)
                {
                    throw new MalformedMetadataException(_file, _line, Encoding.UTF8.GetString(Name), "a line of blanks neither ends the paragraph nor continues the field");
                }

                Advance(length);
                commented |= sawComment;
                end = _position;
            }
            else if (first == '#' && _comments == Deb822Comments.Skipped)
            {
                _ = PeekLine(out var length);
                Advance(length);
                sawComment = true;
            }
            else
            {
                break;
            }
        }

        return commented;
    }

    private static byte[] WithoutComments(ReadOnlySpan<byte> value)
    {
        // The first line shares its line with the field's name, so it is no comment even if it starts with #.
        var kept = new ArrayBufferWriter<byte>(value.Length);
        for (var first = true; !value.IsEmpty; first = false)
        {
            var newline = value.IndexOf((byte)'\n');
            var line = newline < 0 ? value : value[..(newline + 1)];
            if (first || line[0] != '#')
            {
                kept.Write(line);
            }

            value = value[line.Length..];
        }

        return kept.WrittenSpan.TrimEnd(" \t\r\n"u8).ToArray();
    }

    private readonly bool IsComment(ReadOnlySpan<byte> line) => line[0] == '#' && _comments == Deb822Comments.Skipped;

    /// <summary>The line at the position without its end; <paramref name="length"/> is with it.</summary>
    private readonly ReadOnlySpan<byte> PeekLine(out int length)
    {
        var rest = _text[_position..];
        var newline = rest.IndexOf((byte)'\n');
        length = newline < 0 ? rest.Length : newline + 1;
        var line = newline < 0 ? rest : rest[..newline];
        return line is [.., (byte)'\r'] ? line[..^1] : line;
    }

    private void Advance(int length)
    {
        _position += length;
        _line++;
    }

    private static string Shown(ReadOnlySpan<byte> bytes) =>
        Domain.TreePath.Display(Encoding.Latin1.GetString(bytes.Length > 60 ? bytes[..60] : bytes));
}
