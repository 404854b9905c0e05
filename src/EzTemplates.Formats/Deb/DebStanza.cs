using System.Buffers;
using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>A field's bytes and the line of its name; 0 = absent.</summary>
internal readonly record struct StanzaField(ReadOnlyMemory<byte> Value, int Line)
{
    public ReadOnlySpan<byte> Span => Value.Span;

    public bool IsPresent => Line > 0;
}

/// <summary>
/// The fields of a package's stanza that solving and composing need, unparsed. One object is read into again and again, so that an
/// index of 60,000 packages allocates nothing for each.
/// </summary>
internal sealed class DebStanza
{
    private static readonly SearchValues<byte> NameBytes = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-+._"u8);

    private StanzaField _multiArch;
    private StanzaField _essential;
    private StanzaField _priority;
    private StanzaField _protected;
    private StanzaField _important;
    private StanzaField _installedSize;
    private StanzaField _source;
    private StanzaField _phased;

    public string File { get; private set; } = "";

    public int Line { get; private set; }

    /// <summary>All of the stanza's bytes.</summary>
    public ReadOnlyMemory<byte> Text { get; private set; }

    public StanzaField Package { get; private set; }

    public StanzaField Version { get; private set; }

    public StanzaField Architecture { get; private set; }

    public StanzaField Filename { get; private set; }

    public StanzaField Size { get; private set; }

    public StanzaField Sha256 { get; private set; }

    public StanzaField Provides { get; private set; }

    /// <summary>In the order of the text.</summary>
    public List<(DependencyKind Kind, StanzaField Field)> Relations { get; } = new(8);

    public PackageFlags Flags =>
        (IsYes(_essential) ? PackageFlags.Essential : PackageFlags.None)
        | (IsYes(_protected) || IsYes(_important) ? PackageFlags.Protected : PackageFlags.None)
        | PriorityFlag
        | MultiArchFlag
        | PhasingFlags;

    /// <summary>In bytes. Only a hint to people, so what is no number is 0, as for apt.</summary>
    public long InstalledSize =>
        System.Buffers.Text.Utf8Parser.TryParse(_installedSize.Span, out long kibibytes, out _) && kibibytes is > 0 and < long.MaxValue / 1024
            ? kibibytes * 1024
            : 0;

    private PackageFlags PriorityFlag => _priority.Span switch
    {
        var value when Ascii.EqualsIgnoreCase(value, "required"u8) => PackageFlags.PriorityRequired,
        var value when Ascii.EqualsIgnoreCase(value, "important"u8) => PackageFlags.PriorityImportant,
        var value when Ascii.EqualsIgnoreCase(value, "standard"u8) => PackageFlags.PriorityStandard,
        _ => PackageFlags.None,
    };

    private PackageFlags MultiArchFlag => _multiArch.Span switch
    {
        var value when Ascii.EqualsIgnoreCase(value, "same"u8) => PackageFlags.MultiArchSame,
        var value when Ascii.EqualsIgnoreCase(value, "foreign"u8) => PackageFlags.MultiArchForeign,
        var value when Ascii.EqualsIgnoreCase(value, "allowed"u8) => PackageFlags.MultiArchAllowed,
        _ => PackageFlags.None,
    };

    private PackageFlags PhasingFlags =>
        System.Buffers.Text.Utf8Parser.TryParse(_phased.Span, out int percentage, out _) && percentage is >= 0 and <= 100
            ? (PackageFlags)(((percentage + 1) << 16) | (SourceDraw() << 24))
            : PackageFlags.None;

    /// <summary>0 to 99, by FNV-1a over the source's name and version; <c>Source</c> is left out where they are the package's own.</summary>
    private int SourceDraw()
    {
        var source = _source.Span;
        var bracket = source.IndexOf((byte)'(');
        var name = source.IsEmpty ? Package.Span : bracket < 0 ? source : source[..bracket].TrimEnd((byte)' ');
        var version = bracket < 0 ? Version.Span : source[(bracket + 1)..].TrimEnd(") "u8);
        return (int)(Fnv(version, Fnv(name, 2166136261)) % 100);
    }

    private static uint Fnv(ReadOnlySpan<byte> bytes, uint hash)
    {
        foreach (var value in bytes)
        {
            hash = (hash ^ value) * 16777619;
        }

        return hash;
    }

    /// <summary>Reads the reader's current paragraph and checks what names a package: Package, Version, Architecture.</summary>
    /// <exception cref="MalformedMetadataException">One of them is missing or not what dpkg allows.</exception>
    public void Read(ref Deb822Reader reader, ReadOnlyMemory<byte> text, string file)
    {
        Clear(file, reader.ParagraphLine);
        while (reader.NextField())
        {
            Take(reader.Name, new StanzaField(reader.ValueMemory, reader.FieldLine));
        }

        Text = text[reader.ParagraphStart..reader.Position];
        CheckName(Package, "Package");
        CheckName(Architecture, "Architecture");
        var version = DebVersionOrder.Parse(Required(Version, "Version").Span);
        if (version.IsFatal)
        {
            throw Malformed(Version, "Version", $"`{Encoding.UTF8.GetString(Version.Span)}`: {version.Problem}");
        }
    }

    public MalformedMetadataException Malformed(StanzaField field, string name, string reason) =>
        new(File, field.IsPresent ? field.Line : Line, name, Package.IsPresent ? $"{reason} (package `{Encoding.UTF8.GetString(Package.Span)}`)" : reason);

    public StanzaField Required(StanzaField field, string name) =>
        field.IsPresent && !field.Span.IsEmpty ? field : throw Malformed(field, name, "is missing or empty");

    private void CheckName(StanzaField field, string name)
    {
        var bytes = Required(field, name).Span;
        if (!char.IsAsciiLetterOrDigit((char)bytes[0]) || bytes.IndexOfAnyExcept(NameBytes) >= 0)
        {
            throw Malformed(field, name, $"`{TreePath.Display(Encoding.Latin1.GetString(bytes))}` is not a name that dpkg allows");
        }
    }

    private void Clear(string file, int line)
    {
        File = file;
        Line = line;
        Package = Version = Architecture = Filename = Size = Sha256 = Provides = default;
        _multiArch = _essential = _priority = _protected = _important = _installedSize = _source = _phased = default;
        Relations.Clear();
    }

    private static bool IsYes(StanzaField field) => Ascii.EqualsIgnoreCase(field.Span, "yes"u8);

    /// <summary>By length first: most fields of an index are none of these.</summary>
    private void Take(ReadOnlySpan<byte> name, StanzaField field)
    {
        switch (name.Length)
        {
            case 4 when Is(name, "Size"u8): Size = field; break;
            case 6 when Is(name, "SHA256"u8): Sha256 = field; break;
            case 6 when Is(name, "Source"u8): _source = field; break;
            case 6 when Is(name, "Breaks"u8): Relations.Add((DependencyKind.Breaks, field)); break;
            case 7 when Is(name, "Package"u8): Package = field; break;
            case 7 when Is(name, "Version"u8): Version = field; break;
            case 7 when Is(name, "Depends"u8): Relations.Add((DependencyKind.Depends, field)); break;
            case 8 when Is(name, "Filename"u8): Filename = field; break;
            case 8 when Is(name, "Provides"u8): Provides = field; break;
            case 8 when Is(name, "Priority"u8): _priority = field; break;
            case 8 when Is(name, "Suggests"u8): Relations.Add((DependencyKind.Suggests, field)); break;
            case 8 when Is(name, "Replaces"u8): Relations.Add((DependencyKind.Replaces, field)); break;
            case 8 when Is(name, "Enhances"u8): Relations.Add((DependencyKind.Enhances, field)); break;
            case 9 when Is(name, "Conflicts"u8): Relations.Add((DependencyKind.Conflicts, field)); break;
            case 9 when Is(name, "Essential"u8): _essential = field; break;
            case 9 when Is(name, "Protected"u8): _protected = field; break;
            case 9 when Is(name, "Important"u8): _important = field; break;
            case 10 when Is(name, "Recommends"u8): Relations.Add((DependencyKind.Recommends, field)); break;
            case 10 when Is(name, "Multi-Arch"u8): _multiArch = field; break;
            case 11 when Is(name, "Pre-Depends"u8): Relations.Add((DependencyKind.PreDepends, field)); break;
            case 12 when Is(name, "Architecture"u8): Architecture = field; break;
            case 24 when Is(name, "Phased-Update-Percentage"u8): _phased = field; break;
            case 14 when Is(name, "Installed-Size"u8): _installedSize = field; break;
        }
    }

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> known) => name.SequenceEqual(known) || Ascii.EqualsIgnoreCase(name, known);
}
