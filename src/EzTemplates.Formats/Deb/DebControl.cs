using System.Collections.Immutable;
using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>A dependency field of a package, parsed.</summary>
public sealed record DebDependency(DependencyKind Kind, DebRelation Relation);

/// <summary>What a Provides field names; an empty version satisfies no versioned dependency.</summary>
public sealed record DebProvide(string Name, string Version);

/// <summary>A package's <c>control</c> file: what composing and solving over stored packages need of it.</summary>
public sealed class DebControl
{
    private DebControl(ReadOnlyMemory<byte> text, string file, DebStanza stanza)
    {
        Text = text;
        File = file;
        Package = Encoding.ASCII.GetString(stanza.Package.Span);
        Version = Encoding.UTF8.GetString(stanza.Version.Span);
        Architecture = Encoding.ASCII.GetString(stanza.Architecture.Span);
        Flags = stanza.Flags;
        InstalledSize = stanza.InstalledSize;
        Dependencies = [.. stanza.Relations.SelectMany(relation => Parse(stanza, relation.Kind, relation.Field))];
        Provides = [.. ParseField(stanza, stanza.Provides, "Provides").Select(relation => relation.Alternatives[^1])
            .Where(provided => provided is { Relation: VersionRelation.Any or VersionRelation.Equal, ArchitectureRestriction: "", ProfileRestriction: "" })
            .Select(provided => new DebProvide(provided.Name, provided.Version))];
    }

    /// <summary>The control file as it is.</summary>
    public ReadOnlyMemory<byte> Text { get; }

    /// <summary>What errors call it.</summary>
    public string File { get; }

    public string Package { get; }

    public string Version { get; }

    public string Architecture { get; }

    /// <summary>Essential, Protected and Multi-Arch.</summary>
    public PackageFlags Flags { get; }

    /// <summary>In bytes.</summary>
    public long InstalledSize { get; }

    /// <summary>In the order of the text.</summary>
    public ImmutableArray<DebDependency> Dependencies { get; }

    public ImmutableArray<DebProvide> Provides { get; }

    public IEnumerable<DebRelation> Of(DependencyKind kind) => Dependencies.Where(d => d.Kind == kind).Select(d => d.Relation);

    /// <summary>
    /// Whether this package's Replaces lets it take over paths of that one (Debian Policy 7.6.1: real names and the versions named;
    /// a package that only provides the name is not meant).
    /// </summary>
    public bool ReplacesFilesOf(DebControl other) => Of(DependencyKind.Replaces).SelectMany(relation => relation.Alternatives)
        .Any(replaced => replaced.Name == other.Package
            && (replaced.Architecture is "" or "any" || replaced.Architecture == other.Architecture)
            && replaced.Admits(other.Version));

    /// <param name="file">What errors call it, such as <c>nginx_1.22.1-9_amd64.deb: control</c>.</param>
    /// <exception cref="MalformedMetadataException">It is not one well-formed stanza with Package, Version and Architecture.</exception>
    public static DebControl Parse(ReadOnlyMemory<byte> text, string file)
    {
        var reader = new Deb822Reader(text, file);
        if (!reader.NextParagraph())
        {
            throw new MalformedMetadataException(file, 0, "", "it is empty");
        }

        var stanza = new DebStanza();
        stanza.Read(ref reader, text, file);
        return reader.NextParagraph()
            ? throw new MalformedMetadataException(file, reader.ParagraphLine, "", "a control file has one paragraph, here a second starts")
            : new DebControl(text, file, stanza);
    }

    private static IEnumerable<DebDependency> Parse(DebStanza stanza, DependencyKind kind, StanzaField field) =>
        ParseField(stanza, field, FieldName(kind)).Select(relation => new DebDependency(kind, relation));

    private static ImmutableArray<DebRelation> ParseField(DebStanza stanza, StanzaField field, string name)
    {
        try
        {
            return DebRelation.Parse(field.Span);
        }
        catch (FormatException broken)
        {
            throw stanza.Malformed(field, name, broken.Message);
        }
    }

    internal static string FieldName(DependencyKind kind) => kind == DependencyKind.PreDepends ? "Pre-Depends" : kind.ToString();
}
