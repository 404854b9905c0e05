using System.Collections.Immutable;
using System.Text;

namespace EzTemplates.Testing;

/// <summary>A path that a generated package unpacks to. Paths are absolute; folders above them come by themselves.</summary>
public abstract record GeneratedEntry(string Path)
{
    /// <summary>Permission and set-id bits; null: 0644 for files, 0755 for folders.</summary>
    public int? Mode { get; init; }

    /// <summary>Anything but 0 needs root to build.</summary>
    public int Uid { get; init; }

    public int Gid { get; init; }

    /// <summary>Null: <see cref="GeneratedPackage.DefaultTime"/>. Whole seconds, as dpkg-deb writes no others.</summary>
    public DateTimeOffset? ModifiedAt { get; init; }

    public sealed record RegularFile(string Path, ImmutableArray<byte> Content) : GeneratedEntry(Path);

    public sealed record Folder(string Path) : GeneratedEntry(Path);

    public sealed record SymbolicLink(string Path, string Target) : GeneratedEntry(Path);

    /// <summary>Another name for a file of the same package.</summary>
    public sealed record HardLink(string Path, string Target) : GeneratedEntry(Path);

    /// <summary>Kind as mknod(1) has it: b, c or p. Devices need root to build.</summary>
    public sealed record Node(string Path, char Kind, int Major, int Minor) : GeneratedEntry(Path);
}

/// <summary>A .deb to build: its control file's fields and what it unpacks to. Add files with the methods; each returns a new package.</summary>
public sealed record GeneratedPackage(string Name, string Version)
{
    public static readonly DateTimeOffset DefaultTime = new(2024, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public string Architecture { get; init; } = "amd64";

    public string Component { get; init; } = "main";

    /// <summary>none, gzip, xz, zstd (dpkg-deb's), bzip2 or lzma (repacked, as dpkg-deb reads but no longer writes them).</summary>
    public string Compressor { get; init; } = "xz";

    public bool Essential { get; init; }

    public string? Source { get; init; }

    public string? PreDepends { get; init; }

    public string? Depends { get; init; }

    public string? Recommends { get; init; }

    public string? Suggests { get; init; }

    public string? Provides { get; init; }

    public string? Conflicts { get; init; }

    public string? Breaks { get; init; }

    public string? Replaces { get; init; }

    public string? MultiArch { get; init; }

    public string Priority { get; init; } = "optional";

    /// <summary>The whole control file of an archive that is put as it is; null: it is made of the fields here.</summary>
    public string? ControlText { get; init; }

    /// <summary>Further control fields, in order.</summary>
    public ImmutableArray<(string Name, string Value)> Fields { get; init; } = [];

    public ImmutableArray<GeneratedEntry> Entries { get; init; } = [];

    /// <summary>preinst, postinst, prerm, postrm, config, triggers, templates ... -> text.</summary>
    public ImmutableSortedDictionary<string, string> Scripts { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public ImmutableArray<string> Conffiles { get; init; } = [];

    public GeneratedPackage Add(GeneratedEntry entry) => this with { Entries = Entries.Add(entry) };

    public GeneratedPackage File(string path, string content, int mode = 0x1A4) => File(path, Encoding.UTF8.GetBytes(content), mode);

    public GeneratedPackage File(string path, ReadOnlySpan<byte> content, int mode = 0x1A4) =>
        Add(new GeneratedEntry.RegularFile(path, [.. content]) { Mode = mode });

    public GeneratedPackage Folder(string path, int mode = 0x1ED) => Add(new GeneratedEntry.Folder(path) { Mode = mode });

    public GeneratedPackage Link(string path, string target) => Add(new GeneratedEntry.SymbolicLink(path, target));

    public GeneratedPackage HardLink(string path, string target) => Add(new GeneratedEntry.HardLink(path, target));

    public GeneratedPackage Script(string name, string text) => this with { Scripts = Scripts.SetItem(name, text) };

    /// <summary>The file name in the pool; an epoch is not part of it.</summary>
    public string FileName => $"{Name}_{Version[(Version.IndexOf(':', StringComparison.Ordinal) + 1)..]}_{Architecture}.deb";

    public string PoolPath
    {
        get
        {
            var source = Source?.Split(' ')[0] ?? Name;
            var initial = source.StartsWith("lib", StringComparison.Ordinal) && source.Length > 3 ? source[..4] : source[..1];
            return $"pool/{Component}/{initial}/{source}/{FileName}";
        }
    }

    /// <summary>The control file; the first paragraph of the index has the same fields.</summary>
    public string Control()
    {
        if (ControlText is not null)
        {
            return ControlText;
        }

        var text = new StringBuilder();
        void Field(string name, string? value)
        {
            if (value is not null)
            {
                text.Append(name).Append(": ").Append(value).Append('\n');
            }
        }

        Field("Package", Name);
        Field("Source", Source);
        Field("Version", Version);
        Field("Architecture", Architecture);
        Field("Maintainer", "Nobody in particular <nobody@example.org>");
        Field("Essential", Essential ? "yes" : null);
        Field("Pre-Depends", PreDepends);
        Field("Depends", Depends);
        Field("Recommends", Recommends);
        Field("Suggests", Suggests);
        Field("Provides", Provides);
        Field("Conflicts", Conflicts);
        Field("Breaks", Breaks);
        Field("Replaces", Replaces);
        Field("Multi-Arch", MultiArch);
        Field("Section", Component == "main" ? "misc" : $"{Component}/misc");
        Field("Priority", Priority);
        foreach (var (name, value) in Fields)
        {
            Field(name, value);
        }

        Field("Description", $"generated package {Name}");
        return text.ToString();
    }
}
