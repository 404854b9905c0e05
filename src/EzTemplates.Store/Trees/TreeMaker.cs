using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Formats.Layers;
using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Store;

/// <summary>
/// Makes a manifest's metadata tree: every path with exact type, mode, owner, mtime, size and attributes, and files as
/// <see cref="TreeFiles"/> has them. Over objects, a whiteout at the root hides their folder.
/// The same manifest gives the same tree. Needs root, or the root of a user namespace: it sets owners.
/// </summary>
public sealed class TreeMaker
{
    private const int WorkingMode = 0b111_000_000;
    private const int EntriesPerPart = 512;

    private readonly Manifest _manifest;
    private readonly TreeFiles _files;
    private readonly CancellationToken _cancellation;

    private TreeMaker(Manifest manifest, TreeFiles files, CancellationToken cancellation) =>
        (_manifest, _files, _cancellation) = (manifest, files, cancellation);

    /// <param name="directory">Made by this; nothing may be there. After a failure the caller removes it.</param>
    /// <exception cref="EzException">Untrusted: the manifest holds a path that cannot stand in a tree. Store: the disk failed.</exception>
    public static void Make(Manifest manifest, string directory, CancellationToken cancellation = default) =>
        Make(manifest, directory, StoreIds.OfRoot, TreeFiles.ThatRefer(OverlayAttributes.Trusted), cancellation);

    /// <inheritdoc cref="Make(Manifest, string, CancellationToken)"/>
    /// <param name="ids">Of the store that the tree is for.</param>
    public static void Make(Manifest manifest, string directory, StoreIds ids, TreeFiles files, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(ids);
        LayerRules.Check(manifest);
        Make(ids.InTree(manifest), directory, files, cancellation);
    }

    /// <param name="shown">As the tree is to have it: see <see cref="StoreIds.InTree"/>.</param>
    internal static void Make(Manifest shown, string directory, TreeFiles files, CancellationToken cancellation)
    {
        Libc.MakeFolder(null, directory, WorkingMode);
        using var root = Libc.OpenFolder(null, directory);
        new TreeMaker(shown, files, cancellation).Fill(root);
    }

    /// <summary>
    /// Folders first and alone; then all that is in them, by parts on every core; then further names of files; then the folders'
    /// own metadata, deepest first, since making a member touches a folder's mtime.
    /// </summary>
    private void Fill(SafeFileHandle root)
    {
        var entries = _manifest.Entries;
        var (folders, members, links) = Sorted(entries);
        foreach (var folder in folders)
        {
            Libc.MakeFolder(root, folder.Path, WorkingMode);
        }

        var parts = (members.Count + EntriesPerPart - 1) / EntriesPerPart;
        InParallel(parts, part => MakeMembers(root, members, part * EntriesPerPart, Math.Min(members.Count, (part + 1) * EntriesPerPart)));
        foreach (var link in links)
        {
            Libc.MakeHardLink(root, TreePath.Parse(link.Target), root, link.Path);
        }

        if (_files.IsOverObjects)
        {
            Libc.MakeNode(root, StoreLayout.ObjectsName, FileKind.CharacterDevice, 0, default);
        }

        for (var i = folders.Count - 1; i >= 0; i--)
        {
            FinishAt(root, folders[i]);
        }

        FinishAt(root, entries[0]);
    }

    private static (List<ManifestEntry> Folders, List<ManifestEntry> Members, List<ManifestEntry> Links) Sorted(ImmutableArray<ManifestEntry> entries)
    {
        var folders = new List<ManifestEntry>();
        var members = new List<ManifestEntry>(entries.Length);
        var links = new List<ManifestEntry>();
        foreach (var entry in entries.AsSpan()[1..])
        {
            (entry.Type switch { EntryType.Directory => folders, EntryType.HardLink => links, _ => members }).Add(entry);
        }

        return (folders, members, links);
    }

    private void InParallel(int parts, Action<int> make)
    {
        try
        {
            Parallel.For(0, parts, new ParallelOptions { CancellationToken = _cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount }, make);
        }
        catch (AggregateException failures)
        {
            // One failure is what the user can act on; a full disk fails every part alike.
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }
    }

    private void MakeMembers(SafeFileHandle root, List<ManifestEntry> members, int start, int end)
    {
        SafeFileHandle? folder = null;
        var parent = TreePath.Root;
        try
        {
            for (var i = start; i < end; i++)
            {
                if (folder is null || members[i].Path.Parent != parent)
                {
                    folder?.Dispose();
                    parent = members[i].Path.Parent;
                    folder = Libc.OpenFolder(root, parent);
                }

                MakeMember(folder, members[i]);
            }
        }
        finally
        {
            folder?.Dispose();
        }
    }

    private void MakeMember(SafeFileHandle folder, ManifestEntry entry)
    {
        var name = NativePath.FromLatin1(entry.Path.Name);
        switch (entry.Type)
        {
            case EntryType.File:
                MakeFile(folder, name, entry);
                return;
            case EntryType.Symlink:
                Libc.MakeSymlink(NativePath.FromLatin1(entry.Target), folder, name);
                break;
            case EntryType.CharacterDevice or EntryType.BlockDevice or EntryType.Fifo:
                Libc.MakeNode(folder, name, FileKinds.Of(entry.Type), WorkingMode, entry.Device);
                break;
            default:
                throw new InvalidOperationException($"an entry of type `{(char)entry.Type}` is no member");
        }

        Libc.ChangeOwner(folder, name, entry.Uid, entry.Gid);
        if (entry.Type != EntryType.Symlink)
        {
            Libc.ChangeMode(folder, name, entry.Mode);
        }

        foreach (var xattr in entry.Xattrs)
        {
            Libc.SetXattr(folder, name, NativePath.FromLatin1(xattr.Name), xattr.Value.AsSpan());
        }

        Libc.ChangeMtime(folder, name, entry.Mtime);
    }

    private void MakeFile(SafeFileHandle folder, NativePath name, ManifestEntry entry)
    {
        using var file = Libc.Open(folder, name, OpenFlags.Write | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, WorkingMode);
        if (entry.Size > 0)
        {
            _files.Fill(file, entry);
        }

        Finish(file, entry);
    }

    /// <summary>Gives a folder, or a file that has its bytes, its metadata.</summary>
    internal static void FinishAt(SafeFileHandle root, ManifestEntry entry)
    {
        using var opened = entry.Type == EntryType.Directory
            ? Libc.OpenFolder(root, entry.Path)
            : Libc.Open(root, entry.Path, OpenFlags.Read | OpenFlags.NoFollow);
        Finish(opened, entry);
    }

    /// <summary>In this order: a change of owner clears set-id bits and capabilities.</summary>
    private static void Finish(SafeFileHandle file, ManifestEntry entry)
    {
        Libc.ChangeOwner(file, entry.Uid, entry.Gid);
        Libc.ChangeMode(file, entry.Mode);
        foreach (var xattr in entry.Xattrs)
        {
            Libc.SetXattr(file, NativePath.FromLatin1(xattr.Name), xattr.Value.AsSpan());
        }

        Libc.ChangeMtime(file, entry.Mtime);
    }
}
