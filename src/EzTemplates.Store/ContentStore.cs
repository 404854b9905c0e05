using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats.Manifests;
using EzTemplates.Store.Native;

namespace EzTemplates.Store;

/// <summary>
/// A host's store, opened: its format is one we know, nobody else can reach into it, and nothing of a command that was killed is left
/// in it. Reading needs no lock: whatever has a final name is whole. Writing goes through <see cref="BeginWriting"/>.
/// </summary>
public sealed class ContentStore : IDisposable
{
    public const int CurrentFormat = 1;

    private const int OwnerOnly = 0b111_000_000;

    private readonly Lazy<Catalog> _catalog;

    private ContentStore(StoreLayout layout, StoreIds ids, StoreOptions options)
    {
        Layout = layout;
        Ids = ids;
        Options = options;
        Objects = new ObjectShelf(layout);
        Versions = new TemplateVersions(layout);
        _catalog = new Lazy<Catalog>(() => Catalog.Open(this));
    }

    public StoreLayout Layout { get; }

    /// <summary>Which ids its files can have.</summary>
    public StoreIds Ids { get; }

    public ObjectShelf Objects { get; }

    public TemplateVersions Versions { get; }

    /// <summary>Opened when first asked for.</summary>
    public Catalog Catalog => _catalog.Value;

    internal StoreOptions Options { get; }

    /// <summary>The kind of layer that a commit makes.</summary>
    /// <exception cref="EzException">Environment: no kind works for this user on this kernel.</exception>
    public LayerKind Layer => Options.Layer(Ids);

    internal TreeFiles FilesOf(LayerKind kind) => kind == LayerKind.Copy ? TreeFiles.WithBytes(Layout) : TreeFiles.ThatRefer(Ids.Overlay);

    /// <summary>Opens the store, makes it if there is none, and removes what killed commands left.</summary>
    /// <exception cref="StoreException">A newer format, another owner, a folder that is no store, or a failing disk.</exception>
    public static ContentStore Open(string root, StoreOptions? options = null)
    {
        var layout = new StoreLayout(root);
        if (StoreGuard.Check(layout) is { } ids)
        {
            // Outside its namespaces, an ordinary user cannot remove files of his other ids; the next command inside does.
            if (Libc.EffectiveUserId == 0)
            {
                WorkFolder.RemoveAbandoned(layout);
                RepairRecords.Finish(layout);
            }
        }
        else
        {
            ids = Make(layout);
        }

        return new ContentStore(layout, ids, options ?? new StoreOptions());
    }

    /// <summary>Whether <see cref="Open"/> would open what is there; nothing is made and nothing removed.</summary>
    /// <exception cref="StoreException">As <see cref="Open"/>.</exception>
    public static void Check(StoreLayout layout) => StoreGuard.Check(layout);

    /// <summary>Names of what commands that were killed left unfinished; whoever opens the store removes it.</summary>
    public static IReadOnlyList<string> AbandonedWork(StoreLayout layout) => WorkFolder.Abandoned(layout);

    /// <summary>Everything that changes the store happens within one of these. Waits while gc deletes.</summary>
    public StoreWriter BeginWriting(LockPatience? patience = null) => StoreWriter.Begin(this, patience ?? LockPatience.Silent);

    /// <summary>Keeps a manifest, and what a view of it needs, from gc until it is disposed of.</summary>
    /// <exception cref="StoreException">The store has no such manifest.</exception>
    public ManifestHold HoldManifest(Sha256Digest manifest) => ManifestHold.Take(Layout.ManifestOf(manifest));

    /// <summary>A folder on the store's file system for what ends with this process; what a killed one left, the next command removes.</summary>
    public WorkFolder MakeWorkFolder() => WorkFolder.Make(Layout);

    /// <summary>What a package unpacks to, if it has been ingested.</summary>
    public PackageContents? FindContents(Sha256Digest package)
    {
        var path = Layout.ContentsOf(package);
        return StoreFile.TryRead(path) is { } text && ContentsText.IsCurrent(text) ? ContentsText.Read(text, path) : null;
    }

    /// <summary>Whether a package has been ingested.</summary>
    public bool HasContents(Sha256Digest package)
    {
        var (file, _) = Libc.TryOpen(null, Layout.ContentsOf(package), OpenFlags.Read | OpenFlags.NoFollow);
        if (file is null)
        {
            return false;
        }

        using (file)
        {
            Span<byte> start = stackalloc byte[32];
            return ContentsText.IsCurrent(start[..Libc.Read(file, start)]);
        }
    }

    public string ArchivePath(Sha256Digest package) => Layout.ArchiveOf(package);

    /// <summary>Whether the downloaded package is there whole: its digest is taken, since a crash or a bad disk may have changed it. One that cannot be read is as good as none.</summary>
    public bool HasArchive(Sha256Digest package, long size)
    {
        if (Libc.TryStatus(null, Layout.ArchiveOf(package)) is not { Kind: FileKind.File } status || status.Size != size)
        {
            return false;
        }

        try
        {
            using var archive = OpenArchive(package);
            return new Sha256Digest(SHA256.HashData(archive)) == package;
        }
        catch (Exception failure) when (failure is IOException or StoreException)
        {
            return false;
        }
    }

    /// <summary>The downloaded package, for reading.</summary>
    /// <exception cref="StoreException">It cannot be opened.</exception>
    public Stream OpenArchive(Sha256Digest package)
    {
        try
        {
            var opened = File.OpenRead(Layout.ArchiveOf(package));
            TouchArchive(package);
            return opened;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw StoreException.FromIO("open", Layout.ArchiveOf(package), failure);
        }
    }

    /// <summary>The mtime says when it was last of use, by which gc chooses; a time stamp is nothing to fail for.</summary>
    private void TouchArchive(Sha256Digest package)
    {
        try
        {
            Libc.ChangeMtime(null, Layout.ArchiveOf(package), new FileTime(Options.Time.GetUtcNow().ToUnixTimeSeconds()));
        }
        catch (StoreException)
        {
            // A read-only disk, or the archive is gone: who reads it has it open.
        }
    }

    public void Dispose()
    {
        if (_catalog.IsValueCreated)
        {
            _catalog.Value.Dispose();
        }
    }

    /// <summary>The format file is last: without it the rest is made again.</summary>
    private static StoreIds Make(StoreLayout layout)
    {
        string[] folders =
        [
            layout.Store, layout.Data, layout.Objects, layout.Contents, layout.Manifests, layout.Trees, layout.Images, layout.Versions,
            layout.Compositions, layout.Archives, layout.Metadata, layout.Work, layout.Locks, layout.Environments,
        ];
        foreach (var folder in folders)
        {
            Libc.TryMakeFolder(null, folder, OwnerOnly);
        }

        WorkFolder.RemoveAbandoned(layout);
        using var work = WorkFolder.Make(layout);
        var ids = StoreIds.OfThisUser();
        if (ids.ToText() is { } text)
        {
            work.WriteDurably(layout.Rootless, text);
        }

        work.WriteDurably(layout.Format, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{CurrentFormat}\n")));
        return ids;
    }
}
