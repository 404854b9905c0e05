using System.Collections.Immutable;
using System.Text;

namespace EzTemplates.Formats;

/// <summary>A field as it stands; the value keeps the line ends of a folded one.</summary>
public sealed record Deb822Field(string Name, ReadOnlyMemory<byte> Bytes, int Line)
{
    public string Text => Encoding.UTF8.GetString(Bytes.Span);

    /// <summary>The value's words: what blanks and line ends separate.</summary>
    public ImmutableArray<string> Words => [.. Text.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>The value's lines without the blanks around them; the first is what follows the name, and may be empty.</summary>
    public ImmutableArray<string> Lines => [.. Text.Split('\n').Select(line => line.Trim(' ', '\t', '\r'))];
}

/// <summary>A paragraph with all its fields, for texts that are small or of unknown fields.</summary>
public sealed class Deb822Paragraph
{
    private readonly Dictionary<string, Deb822Field> _fields = new(StringComparer.OrdinalIgnoreCase);

    private Deb822Paragraph(string file, int line)
    {
        File = file;
        Line = line;
    }

    public string File { get; }

    /// <summary>Where it starts, from 1.</summary>
    public int Line { get; }

    /// <summary>In the order of the text.</summary>
    public IReadOnlyList<Deb822Field> Fields { get; private set; } = [];

    /// <summary>The field of that name (compared without case), or null.</summary>
    public Deb822Field? Find(string name) => _fields.GetValueOrDefault(name);

    /// <summary>The field's value, or an empty string.</summary>
    public string Text(string name) => Find(name)?.Text ?? "";

    public MalformedMetadataException Malformed(string field, string reason) => new(File, Find(field)?.Line ?? Line, field, reason);

    /// <exception cref="MalformedMetadataException">The text is not well formed.</exception>
    public static ImmutableArray<Deb822Paragraph> ReadAll(
        ReadOnlyMemory<byte> text, string file, Deb822Comments comments = Deb822Comments.Refused)
    {
        var paragraphs = ImmutableArray.CreateBuilder<Deb822Paragraph>();
        var reader = new Deb822Reader(text, file, comments);
        while (reader.NextParagraph())
        {
            var paragraph = new Deb822Paragraph(file, reader.ParagraphLine);
            var fields = new List<Deb822Field>();
            while (reader.NextField())
            {
                var field = new Deb822Field(Encoding.ASCII.GetString(reader.Name), reader.ValueMemory, reader.FieldLine);
                fields.Add(field);
                paragraph._fields.Add(field.Name, field);
            }

            paragraph.Fields = fields;
            paragraphs.Add(paragraph);
        }

        return paragraphs.DrainToImmutable();
    }
}
