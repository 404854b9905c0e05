using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>A package while the universe is made; strings are numbers of the builder's pool.</summary>
internal readonly record struct RpmRow(int Name, int Version, int Architecture, int Source)
{
    public required long Size { get; init; }

    public required long InstalledSize { get; init; }

    public required StatedDigest Digest { get; init; }

    /// <summary>Where the digest is no SHA-256: its text.</summary>
    public required int LongDigest { get; init; }

    public required int Path { get; init; }

    public required int FirstDependency { get; init; }

    public required int DependencyCount { get; init; }

    public required int FirstProvide { get; init; }

    public required int ProvideCount { get; init; }

    /// <summary>Over all that the record says: breaks the tie between two records of one archive, so that their order does not matter.</summary>
    public required Sha256Digest Fingerprint { get; init; }
}

/// <summary>
/// Collects packages, modules, groups and advisories from repositories' metadata and makes the universe of them. The order in which
/// things of a source come never matters; the order in which sources come first is that of <see cref="RpmUniverse.Sources"/>.
/// A package that is there twice in one source counts once. What cannot be used is set aside, with a warning.
/// </summary>
public sealed class RpmUniverseBuilder
{
    private readonly Dictionary<(int Name, VersionRelation Relation, int Version), int> _relationNumbers = [];
    private readonly RpmFingerprint _fingerprint = new();
    private readonly HashSet<RpmTerm> _required = [];
    private readonly List<MetadataWarning> _warnings = [];

    /// <summary>What was set aside so far.</summary>
    public IReadOnlyList<MetadataWarning> Warnings => _warnings;

    internal StringPool Strings { get; } = new();

    internal List<string> Sources { get; } = [];

    internal List<RpmRow> Rows { get; } = [];

    internal List<RpmDependency> Dependencies { get; } = [];

    internal List<RpmTerm> Terms { get; } = [];

    internal List<(int Name, VersionRelation Relation, int Version)> Relations { get; } = [];

    internal List<int> Provides { get; } = [];

    /// <summary>Paths that filelists told of: the row's package digest and source, and the relation.</summary>
    internal List<(int Source, StatedDigest Package, int Relation)> MoreFiles { get; } = [];

    internal List<(int Source, ModuleStreamRecord Stream)> Streams { get; } = [];

    internal Dictionary<(int Source, string Module), string> DefaultStreams { get; } = [];

    internal SortedDictionary<string, List<CompsGroup>> Groups { get; } = new(StringComparer.Ordinal);

    internal HashSet<AdvisedPackage> Security { get; } = [];

    /// <summary>Adds the packages of a primary.xml.</summary>
    /// <param name="source">The repository's id.</param>
    /// <param name="xml">Verified and decompressed.</param>
    /// <param name="file">What errors call it: a path or URL.</param>
    /// <param name="takes">Whether packages of a name are taken; null: all are.</param>
    /// <exception cref="MalformedMetadataException">The XML is broken.</exception>
    public void AddPrimary(string source, Stream xml, string file, Func<string, bool>? takes = null)
    {
        _ = SourceNumber(source);
        PrimaryReader.Read(xml, file, (record, number) =>
        {
            if (takes?.Invoke(record.Name) != false && Add(source, record) is { } problem)
            {
                _warnings.Add(new MetadataWarning(file, $"package {number} (`{TreePath.Display(record.Name)}`)", problem));
            }
        });
    }

    /// <summary>Adds one package; sources of packages (<c>src</c>) are passed over.</summary>
    /// <returns>Why it cannot be used, or null.</returns>
    public string? Add(string source, RpmRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.Architecture is "src" or "nosrc")
        {
            return null;
        }

        var (dependencies, terms, provides) = (Dependencies.Count, Terms.Count, Provides.Count);
        var problem = RpmRecordCheck.ProblemOf(record) ?? AddDependencies(record);
        if (problem is not null)
        {
            Dependencies.RemoveRange(dependencies, Dependencies.Count - dependencies);
            Terms.RemoveRange(terms, Terms.Count - terms);
            return problem;
        }

        var version = RpmRecord.Evr(record.Epoch, record.Version, record.Release);
        AddProvides(record, version);
        Rows.Add(new RpmRow(Text(record.Name), Text(version), Text(record.Architecture), SourceNumber(source))
        {
            Size = record.Size,
            InstalledSize = record.InstalledSize,
            Digest = record.Digest!.Value,
            LongDigest = record.Digest.Value.Sha256 is null ? Text(record.Digest.Value.ToString()) : Text(""),
            Path = Text(record.Path),
            FirstDependency = dependencies,
            DependencyCount = Dependencies.Count - dependencies,
            FirstProvide = provides,
            ProvideCount = Provides.Count - provides,
            Fingerprint = _fingerprint.Of(record),
        });
        return null;
    }

    /// <summary>
    /// The paths that somebody asks for and that primary.xml never lists, so that only filelists.xml can say who has them. Empty where
    /// reading it is in vain.
    /// </summary>
    /// <param name="asked">Paths that the request names; those of the packages' dependencies are known.</param>
    public IReadOnlySet<string> PathsOutsidePrimary(IEnumerable<string> asked)
    {
        ArgumentNullException.ThrowIfNull(asked);
        var paths = new SortedSet<string>(asked.Where(p => p.StartsWith('/') && !IsInPrimary(p)), StringComparer.Ordinal);
        var provided = Provides.ToHashSet();
        for (var i = 0; i < Relations.Count; i++)
        {
            var name = Strings[Relations[i].Name];
            if (!name.IsEmpty && name[0] == '/' && !provided.Contains(i) && Encoding.UTF8.GetString(name) is var path && !IsInPrimary(path))
            {
                _ = paths.Add(path);
            }
        }

        return paths;
    }

    /// <summary>Adds what a filelists.xml tells of the paths; call it after the source's primary.xml.</summary>
    /// <exception cref="MalformedMetadataException">The XML is broken.</exception>
    public void AddFilelists(string source, Stream xml, string file, IReadOnlySet<string> paths)
    {
        var number = SourceNumber(source);
        _warnings.AddRange(FilelistsReader.Read(xml, file, paths, (package, path) =>
            MoreFiles.Add((number, package, RelationNumber(new RpmEntry(path))))));
    }

    /// <summary>Adds the streams of a modules.yaml.</summary>
    /// <exception cref="MalformedMetadataException">It is not YAML.</exception>
    public void AddModules(string source, Stream yaml, string file)
    {
        var reader = new ModulesReader(file);
        reader.Read(yaml);
        var number = SourceNumber(source);
        Streams.AddRange(reader.Streams.Select(s => (number, s)));
        _warnings.AddRange(reader.Warnings);
        foreach (var (module, stream) in reader.Defaults)
        {
            DefaultStreams[(number, module)] = stream;
        }
    }

    /// <summary>Adds the groups of a comps.xml; a group that several repositories have brings what each of them says.</summary>
    /// <exception cref="MalformedMetadataException">The XML is broken.</exception>
    public void AddGroups(Stream xml, string file)
    {
        foreach (var group in CompsReader.Read(xml, file, _warnings.Add))
        {
            if (!Groups.TryGetValue(group.Id, out var same))
            {
                Groups.Add(group.Id, same = []);
            }

            same.Add(group);
        }
    }

    /// <summary>Adds the security advisories of an updateinfo.xml.</summary>
    /// <exception cref="MalformedMetadataException">The XML is broken.</exception>
    public void AddAdvisories(Stream xml, string file)
    {
        foreach (var package in AdvisoryReader.ReadSecurity(xml, file, _warnings.Add))
        {
            _ = Security.Add(package);
        }
    }

    /// <summary>The encoded block; <see cref="RpmUniverseEncoding.Decode"/> reads it.</summary>
    public byte[] ToBlock() => new RpmUniverseWriter(this).Write();

    public RpmUniverse ToUniverse() => RpmUniverseEncoding.Decode(ToBlock())
        ?? throw new InvalidOperationException("a universe that was just encoded does not decode");

    internal int Text(string text) => Strings.Add(Encoding.UTF8.GetBytes(text));

    /// <summary>What createrepo_c puts into primary.xml (its cr_is_primary).</summary>
    internal static bool IsInPrimary(string path) =>
        path.StartsWith("/etc/", StringComparison.Ordinal) || path == "/usr/lib/sendmail" || path.Contains("bin/", StringComparison.Ordinal);

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
        }

        return number;
    }

    private string? AddDependencies(RpmRecord record)
    {
        _required.Clear();
        string? problem = null;
        foreach (var (kind, entry) in record.Dependencies)
        {
            var term = default(RpmTerm);
            if (entry.Name.StartsWith('('))
            {
                problem ??= RichDependencyReader.Read(entry.Name, PlainTerm, Terms, out term);
            }
            else
            {
                term = PlainTerm(entry);

                // Most requirements of scripts stand again as plain ones.
                if (kind is RpmDependencyKind.PreRequires or RpmDependencyKind.Requires && !_required.Add(term))
                {
                    continue;
                }
            }

            Dependencies.Add(new RpmDependency(kind, term));
        }

        return problem;
    }

    private RpmTerm PlainTerm(RpmEntry entry) => new(RpmOperator.Relation, RelationNumber(entry), 1);

    private void AddProvides(RpmRecord record, string version)
    {
        var own = new RpmEntry(record.Name, VersionRelation.Equal, version);
        if (!record.Provides.Contains(own))
        {
            Provides.Add(RelationNumber(own));
        }

        foreach (var entry in record.Provides)
        {
            Provides.Add(RelationNumber(entry));
        }

        foreach (var path in record.Files)
        {
            Provides.Add(RelationNumber(new RpmEntry(path)));
        }
    }

    private int RelationNumber(RpmEntry entry)
    {
        var key = (Text(entry.Name), entry.Relation, Text(entry.Version));
        if (!_relationNumbers.TryGetValue(key, out var number))
        {
            number = Relations.Count;
            _relationNumbers.Add(key, number);
            Relations.Add(key);
        }

        return number;
    }
}
