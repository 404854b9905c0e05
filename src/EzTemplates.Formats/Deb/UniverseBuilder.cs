using System.Text;
using System.Text.Unicode;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>One Packages file.</summary>
/// <param name="Source"><c>repository/suite</c>; several indexes (components, architectures) may be of one source.</param>
/// <param name="Text">Verified and decompressed.</param>
/// <param name="File">What errors call it: a path or URL.</param>
public sealed record PackagesIndex(string Source, ReadOnlyMemory<byte> Text, string File);

/// <summary>What is known of a package's archive besides its control file.</summary>
/// <param name="Path">Below the repository's archive root.</param>
public readonly record struct ArchiveFacts(string Path, long Size, Sha256Digest Sha256);

/// <summary>A package while the universe is made; strings are numbers of the builder's pool.</summary>
internal readonly record struct UniverseRow(int Name, int Version, int Architecture, int Source)
{
    public required PackageFlags Flags { get; init; }

    public required long Size { get; init; }

    public required long InstalledSize { get; init; }

    public required Sha256Digest Sha256 { get; init; }

    public required int Path { get; init; }

    public required int FirstDependency { get; init; }

    public required int DependencyCount { get; init; }

    public required int FirstProvide { get; init; }

    public required int ProvideCount { get; init; }

    /// <summary>Breaks the tie between two stanzas of one archive, so that their order does not matter.</summary>
    public required ReadOnlyMemory<byte> Stanza { get; init; }
}

/// <summary>
/// Collects packages from indexes and from control files at hand, and makes the universe of them. The order in which packages of a
/// source come never matters; the order in which sources come first is that of <see cref="PackageUniverse.Sources"/>.
/// A stanza that is there twice in one source (same name, version, architecture and digest) counts once.
/// </summary>
public sealed class UniverseBuilder
{
    private readonly DebStanza _stanza = new();

    internal StringPool Strings { get; } = new();

    internal List<string> Sources { get; } = [];

    /// <summary>Of each source what tells the texts that it is read from; zeros where that is not known.</summary>
    internal List<Sha256Digest> SourceTexts { get; } = [];

    internal List<UniverseRow> Rows { get; } = [];

    internal List<(DependencyKind Kind, int FirstAlternative, int Count)> Dependencies { get; } = [];

    internal List<DependencyAlternative> Alternatives { get; } = [];

    internal List<ProvidedName> Provides { get; } = [];

    /// <summary>Says that a source, and all that is added of it, comes from these texts alone: a later universe may take it over.</summary>
    public void AddSource(string source, Sha256Digest texts) => SourceTexts[SourceNumber(source)] = texts;

    /// <summary>Adds a source as it was parsed before, under the name that it has now.</summary>
    /// <param name="number">Of the source in <paramref name="parsed"/>.</param>
    public void AddSource(string source, Sha256Digest texts, PackageUniverse parsed, int number)
    {
        AddSource(source, texts);
        new ParsedSource(this, parsed).Add(number, SourceNumber(source));
    }

    /// <summary>Adds every stanza of a Packages file.</summary>
    /// <exception cref="MalformedMetadataException">A stanza lacks or misstates something; names the file, the line and the field.</exception>
    public void AddIndex(PackagesIndex index)
    {
        var source = SourceNumber(index.Source);
        var reader = new Deb822Reader(index.Text, index.File);
        while (reader.NextParagraph())
        {
            _stanza.Read(ref reader, index.Text, index.File);
            AddRow(source, Strings.Add(CheckedPath()), CheckedSize(), CheckedDigest());
        }
    }

    /// <summary>Adds a package by its control file, for solving over packages that are stored already.</summary>
    /// <exception cref="MalformedMetadataException">A dependency field is malformed.</exception>
    public void Add(string source, DebControl control, ArchiveFacts archive)
    {
        var reader = new Deb822Reader(control.Text, control.File);
        _ = reader.NextParagraph();
        _stanza.Read(ref reader, control.Text, control.File);
        AddRow(SourceNumber(source), Strings.Add(Encoding.UTF8.GetBytes(archive.Path)), archive.Size, archive.Sha256);
    }

    /// <summary>The encoded block; <see cref="UniverseEncoding.Decode"/> reads it.</summary>
    public byte[] ToBlock() => new UniverseWriter(this).Write();

    public PackageUniverse ToUniverse() => UniverseEncoding.Decode(ToBlock())
        ?? throw new InvalidOperationException("a universe that was just encoded does not decode");

    private int SourceNumber(string source)
    {
        if (source.Contains('\n'))
        {
            throw new ArgumentException("a source is one line", nameof(source));
        }

        var number = Sources.IndexOf(source);
        if (number < 0)
        {
            number = Sources.Count;
            Sources.Add(source);
            SourceTexts.Add(default);
        }

        return number;
    }

    private void AddRow(int source, int path, long size, Sha256Digest sha256)
    {
        var (firstDependency, firstProvide) = (Dependencies.Count, Provides.Count);
        foreach (var (kind, field) in _stanza.Relations)
        {
            AddDependencies(kind, field);
        }

        AddProvides();
        Rows.Add(new UniverseRow(Strings.Add(_stanza.Package.Span), Strings.Add(_stanza.Version.Span), Strings.Add(_stanza.Architecture.Span), source)
        {
            Flags = _stanza.Flags,
            Size = size,
            InstalledSize = _stanza.InstalledSize,
            Sha256 = sha256,
            Path = path,
            FirstDependency = firstDependency,
            DependencyCount = Dependencies.Count - firstDependency,
            FirstProvide = firstProvide,
            ProvideCount = Provides.Count - firstProvide,
            Stanza = _stanza.Text,
        });
    }

    private void AddDependencies(DependencyKind kind, StanzaField field)
    {
        var reader = new DebRelationReader(field.Span);
        var first = Alternatives.Count;
        while (reader.Next())
        {
            // What stands in `[architecture]` and `<profile>`, which only source packages may have, is passed over: as if it applied.
            Alternatives.Add(new DependencyAlternative(
                new StringId(Strings.Add(reader.Name)),
                reader.Relation,
                new StringId(Strings.Add(reader.Version)),
                new StringId(Strings.Add(reader.Architecture))));
            if (!reader.HasMoreAlternatives)
            {
                Dependencies.Add((kind, first, Alternatives.Count - first));
                first = Alternatives.Count;
            }
        }

        if (reader.Problem is { } problem)
        {
            throw _stanza.Malformed(field, DebControl.FieldName(kind), problem);
        }
    }

    private void AddProvides()
    {
        var reader = new DebRelationReader(_stanza.Provides.Span);
        while (reader.Next())
        {
            // What says nothing that counts is left out, as apt does, and not the whole index refused for it: at worst a solution is
            // missed, never a wrong one made. `name:i386` speaks for another architecture than the package's own, which no column here
            // can say.
            var isPlain = !reader.HasMoreAlternatives && reader.Relation is VersionRelation.Any or VersionRelation.Equal
                && reader.ArchitectureRestriction.IsEmpty && reader.ProfileRestriction.IsEmpty;
            if (isPlain && (reader.Architecture.IsEmpty || reader.Architecture.SequenceEqual("any"u8) || reader.Architecture.SequenceEqual(_stanza.Architecture.Span)))
            {
                Provides.Add(new ProvidedName(new StringId(Strings.Add(reader.Name)), new StringId(Strings.Add(reader.Version))));
            }
        }

        if (reader.Problem is { } problem)
        {
            throw _stanza.Malformed(_stanza.Provides, "Provides", problem);
        }
    }

    private ReadOnlySpan<byte> CheckedPath()
    {
        var bytes = _stanza.Required(_stanza.Filename, "Filename").Span;
        Span<char> chars = bytes.Length <= 512 ? stackalloc char[bytes.Length] : new char[bytes.Length];
        var isText = Utf8.ToUtf16(bytes, chars, out _, out var length, replaceInvalidSequences: false) == System.Buffers.OperationStatus.Done;
        if (isText && ArchivePath.IsValid(chars[..length]))
        {
            return bytes;
        }

        var path = isText ? ArchivePath.Normalize(chars[..length].ToString()) : "";
        return ArchivePath.IsValid(path)
            ? Encoding.UTF8.GetBytes(path)
            : throw _stanza.Malformed(_stanza.Filename, "Filename", $"`{TreePath.Display(Encoding.Latin1.GetString(bytes))}` is not a path below an archive's root");
    }

    private long CheckedSize()
    {
        var text = _stanza.Required(_stanza.Size, "Size").Span;
        return System.Buffers.Text.Utf8Parser.TryParse(text, out long size, out var used) && used == text.Length && char.IsAsciiDigit((char)text[0])
            ? size
            : throw _stanza.Malformed(_stanza.Size, "Size", $"`{Encoding.UTF8.GetString(text)}` is not a number of bytes");
    }

    private Sha256Digest CheckedDigest()
    {
        var text = _stanza.Required(_stanza.Sha256, "SHA256").Span;
        return Sha256Digest.TryParse(text, out var digest)
            ? digest
            : throw _stanza.Malformed(_stanza.Sha256, "SHA256", $"`{Encoding.UTF8.GetString(text)}` is not a SHA-256 digest");
    }
}
