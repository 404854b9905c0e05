using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Store;
using EzTemplates.Store.Native;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Environments;

/// <summary>
/// An environment's <c>mappings/N/</c>, N being a history line's number: <c>steps</c>, a line a step after <c>ez-mapping 1</c>, what the
/// remap is to put into the private area (<c>new-K</c>, until it is done) and what it took out (<c>old-K</c>), byte for byte and with its
/// metadata; and <see cref="MadeLater"/>. All is written before the commit; after it files are only renamed, so that doing the steps again does no more.
/// </summary>
internal sealed class KeptMappings(string environment)
{
    private const int OwnerOnly = 0b111_000_000;
    private const string Header = "ez-mapping 1";
    private const string Unfinished = "folder";

    private readonly string _folder = Path.Combine(environment, "mappings");

    public AreaPlace OldOf(int mapping, int step) => new(FolderOf(mapping), TreePath.Root.Append(Name("old", step)));

    /// <summary>Writes what the mapping will do; the caller syncs it. What a killed remap left under the number goes.</summary>
    public void Stage(int mapping, ImmutableArray<(AreaStep Step, StagedFile? Staged)> steps, Func<AreaStep, AreaPlace> privateOf, OverlayAttributes overlay)
    {
        var folder = FolderOf(mapping);
        FolderRemoval.Remove(folder);
        if (steps.IsEmpty)
        {
            return;
        }

        Libc.TryMakeFolder(null, _folder, OwnerOnly);
        Libc.MakeFolder(null, folder, OwnerOnly);
        using var opened = Libc.OpenFolder(null, folder);
        var text = new List<byte>(Encoding.ASCII.GetBytes(Header + "\n"));
        foreach (var (step, staged) in steps)
        {
            text.AddRange(step.ToLine());
            if (staged is not null)
            {
                Write(opened, Name("new", step.Number), staged);
                CopyAttributes(privateOf(step), opened, Name("new", step.Number), overlay);
            }
        }

        StoreFile.WriteNew(Path.Combine(folder, "steps"), [.. text]);
    }

    /// <summary>Of a mapping that keeps nothing: none.</summary>
    public ImmutableArray<AreaStep> StepsOf(int mapping)
    {
        if (StoreFile.TryRead(Path.Combine(FolderOf(mapping), "steps")) is not { } bytes)
        {
            return [];
        }

        var lines = Encoding.ASCII.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines is [Header, .. var rest] && rest.Select(AreaStep.TryRead).ToList() is var steps && steps.TrueForAll(step => step is not null)
            ? [.. steps.OfType<AreaStep>()]
            : throw new StoreException(
                $"`{Path.Combine(FolderOf(mapping), "steps")}` does not say what the mapping kept", "remove that file: private files then stay as they are when the environment is rolled back");
    }

    /// <summary>As <see cref="StepsOf"/>, with what commands made since.</summary>
    public ImmutableArray<AreaStep> AllOf(int mapping) => LaterOf(mapping).AddTo(StepsOf(mapping));

    /// <summary>Notes what commands have made since, over what the mapping put or beside it; of one that put nothing there is no folder to note it in.</summary>
    public void NoteMade(int mapping, string area, ImmutableArray<DerivedCache> caches)
    {
        if (StepsOf(mapping) is { IsEmpty: false } steps)
        {
            LaterOf(mapping).Write(area, steps, caches);
        }
    }

    /// <summary>Does a mapping's steps, or what is left of them. The view is not mounted.</summary>
    public void Do(int mapping, string area, Manifest next)
    {
        foreach (var step in StepsOf(mapping))
        {
            using var folder = OpenOrMake(area, step.Path.Parent, next);
            if (folder is not null)
            {
                Do(mapping, step, folder);
                Libc.ChangeMtime(folder, step.FolderTime);
            }
        }
    }

    /// <summary>Removes what no roll-back can reach any more: all but those of the numbers.</summary>
    public void KeepOnly(IReadOnlyCollection<int> numbers)
    {
        if (!Directory.Exists(_folder))
        {
            return;
        }

        foreach (var folder in Directory.EnumerateDirectories(_folder).ToList())
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || !numbers.Contains(number))
            {
                FolderRemoval.Remove(folder);
            }
        }

        if (!Directory.EnumerateFileSystemEntries(_folder).Any())
        {
            Libc.TryRemoveFolder(null, _folder);
        }
    }

    private void Do(int mapping, AreaStep step, SafeFileHandle folder)
    {
        var name = NativePath.FromLatin1(step.Path.Name);
        var (from, number) = step.Kind == AreaStepKind.Restore ? step.From : (mapping, step.Number);
        using var kept = PrivateArea.TryOpenFolder(FolderOf(from), TreePath.Root);
        switch (step.Kind)
        {
            case AreaStepKind.Put when Libc.TryStatus(kept, Name("new", number)) is not null:
                Keep(folder, name, kept!, Name("old", number));
                Libc.Rename(kept, Name("new", number), folder, name);
                break;
            case AreaStepKind.Drop:
                Keep(folder, name, kept!, Name("old", number));
                break;
            case AreaStepKind.Restore when kept is not null && Libc.TryStatus(kept, Name("old", number)) is not null:
                Libc.Rename(kept, Name("old", number), folder, name);
                break;
            case AreaStepKind.Clear:
                Libc.TryRemoveFile(folder, name);
                break;
            default:
                break;
        }
    }

    /// <summary>Once: what was kept stays what it was.</summary>
    private static void Keep(SafeFileHandle folder, NativePath name, SafeFileHandle kept, string old)
    {
        if (Libc.TryStatus(kept, old) is null && Libc.TryStatus(folder, name) is not null)
        {
            Libc.Rename(folder, name, kept, old);
        }
    }

    private static void Write(SafeFileHandle folder, string name, StagedFile staged)
    {
        if (staged.Content is { } content)
        {
            using var file = Libc.Open(folder, name, OpenFlags.Write | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, 0b110_000_000);
            Libc.Write(file, content);
            Libc.ChangeOwner(file, staged.Uid, staged.Gid);
            Libc.ChangeMode(file, staged.Mode);
            Libc.ChangeMtime(file, staged.Mtime);
        }
        else if (staged.Target is { } target)
        {
            Libc.MakeSymlink(NativePath.FromLatin1(target), folder, name);
            Libc.ChangeMtime(folder, name, staged.Mtime);
        }
        else
        {
            Libc.MakeNode(folder, name, FileKind.CharacterDevice, 0, default);
        }
    }

    /// <summary>Those of the private file that is merged, but for the overlay's own, which say what it was copied from.</summary>
    private static void CopyAttributes(AreaPlace from, SafeFileHandle folder, string name, OverlayAttributes overlay)
    {
        using var source = PrivateArea.TryOpenFolder(from.Root, from.Path.Parent);
        var file = NativePath.FromLatin1(from.Path.Name);
        if (source is null || Libc.TryStatus(source, file) is not { Kind: FileKind.File } || Libc.Status(folder, name).Kind != FileKind.File)
        {
            return;
        }

        foreach (var attribute in Libc.XattrNames(source, file).Where(attribute => !attribute.StartsWith(overlay.Prefix, StringComparison.Ordinal)))
        {
            if (Libc.TryGetXattr(source, file, NativePath.FromLatin1(attribute)) is { } value)
            {
                Libc.SetXattr(folder, name, NativePath.FromLatin1(attribute), value);
            }
        }
    }

    /// <returns>Null where the environment has something else on the way, which stays.</returns>
    private SafeFileHandle? OpenOrMake(string area, TreePath path, Manifest manifest)
    {
        if (PrivateArea.TryOpenFolder(area, path) is { } there)
        {
            return there;
        }

        using var above = OpenOrMake(area, path.Parent, manifest);
        var name = NativePath.FromLatin1(path.Name);
        if (above is null || Libc.TryStatus(above, name) is not null || manifest.Find(path) is not { Type: EntryType.Directory } entry)
        {
            return null;
        }

        var time = Libc.Status(above).Mtime;

        // Made aside, so that one of which a kill left half is not taken for whole.
        using var aside = Libc.OpenFolder(null, _folder);
        FolderRemoval.Remove(Path.Combine(_folder, Unfinished));
        Libc.MakeFolder(aside, Unfinished, OwnerOnly);
        var made = Libc.OpenFolder(aside, Unfinished);
        Libc.ChangeOwner(made, entry.Uid, entry.Gid);
        Libc.ChangeMode(made, entry.Mode);
        foreach (var xattr in entry.Xattrs)
        {
            Libc.SetXattr(made, NativePath.FromLatin1(xattr.Name), xattr.Value.AsSpan());
        }

        Libc.ChangeMtime(made, entry.Mtime);
        Libc.Rename(aside, Unfinished, above, name);
        Libc.ChangeMtime(above, time);
        return made;
    }

    private MadeLater LaterOf(int mapping) => new(Path.Combine(FolderOf(mapping), "later"));

    private string FolderOf(int mapping) => Path.Combine(_folder, mapping.ToString(CultureInfo.InvariantCulture));

    private static string Name(string kind, int step) => string.Create(CultureInfo.InvariantCulture, $"{kind}-{step}");
}
