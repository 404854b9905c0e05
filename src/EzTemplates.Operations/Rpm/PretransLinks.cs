using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Composition;
using EzTemplates.Formats;

namespace EzTemplates.Operations;

/// <summary>
/// Links that a %pretrans in Lua makes before any file is unpacked, so that what packages have below them goes where they lead (Fedora's
/// filesystem: <c>/var/run</c>). Here files are laid before any script runs. So such a link counts as its package's own where that has it as
/// a ghost with a target, and its %pretrans names it.
/// </summary>
internal static class PretransLinks
{
    private const int LinkMode = 0b111_111_111;
    private const int MostWarnings = 5;
    private const string Lua = "<lua>";

    /// <param name="warnings">Takes what lies below a path that only a script could have made a link.</param>
    /// <returns>The packages, in their order, as they are to be composed on nothing.</returns>
    public static IReadOnlyList<ComposedPackage> Laid(ImmutableArray<StoredRpm> packages, FileTime epoch, Action<string> warnings)
    {
        var composed = packages.Select(package => package.Composed).ToList();
        var ghosts = packages.SelectMany((package, place) => package.Files.Files.Where(file => file.IsGhost && file.Type != EntryType.Directory).Select(file => (place, file))).ToList();
        if (ghosts.Count == 0)
        {
            return composed;
        }

        var (folders, types) = (Folders(composed), Types(composed));
        var links = new List<(int Place, PackageEntry Link)>();
        var told = new List<string>();
        foreach (var (place, file) in ghosts.Where(ghost => folders.ContainsKey(ghost.file.Path)))
        {
            var isThere = types.TryGetValue(file.Path, out var there);
            if (!isThere && file is { Type: EntryType.Symlink, LinkTarget: not "" } && IsNamed(file.Path, packages[place].Headers.Main))
            {
                var link = new ManifestEntry { Path = file.Path, Type = EntryType.Symlink, Mode = LinkMode, Uid = 0, Gid = 0, Mtime = epoch, Target = file.LinkTarget };
                links.Add((place, new PackageEntry(link, file.UserName, file.GroupName)));
                types.Add(file.Path, EntryType.Symlink);
            }
            else if (!isThere || there == EntryType.Directory)
            {
                var (package, path) = folders[file.Path];
                told.Add($"`{file.Path}` is a {(file.Type == EntryType.Symlink ? "link" : "file")} that scriptlets of `{packages[place].Row.Name}` are to make, and `{package}` has `{path}` below it: here it is a folder");
            }
        }

        foreach (var of in links.GroupBy(link => link.Place, link => link.Link))
        {
            var contents = composed[of.Key].Contents;
            composed[of.Key] = composed[of.Key] with { Contents = contents with { Entries = contents.Entries.AddRange(of) } };
        }

        told.Take(MostWarnings).ToList().ForEach(warnings);
        if (told.Count > MostWarnings)
        {
            warnings($"{told.Count - MostWarnings} more paths that scriptlets are to make are folders here");
        }

        return composed;
    }

    private static bool IsNamed(TreePath path, RpmHeader header) =>
        header.Text(RpmField.PreTransactionProgram) == Lua && header.Text(RpmField.PreTransaction) is { } script && Names(script, path.Latin1);

    /// <summary>Whether the path stands there by itself, not as a part of another one: <c>/usr/libexec</c> is not <c>/lib</c>.</summary>
    internal static bool Names(string script, string path)
    {
        for (var at = script.IndexOf(path, StringComparison.Ordinal); at >= 0; at = script.IndexOf(path, at + 1, StringComparison.Ordinal))
        {
            var end = at + path.Length;
            if ((at == 0 || !GoesOn(script[at - 1])) && (end == script.Length || !GoesOn(script[end])))
            {
                return true;
            }
        }

        return false;

        static bool GoesOn(char c) => char.IsLetterOrDigit(c) || c is '/' or '.' or '_' or '-' or '+' or '~' or '@' or '%' or > '\x7f';
    }

    /// <summary>What the first package that has a path has there.</summary>
    private static Dictionary<TreePath, EntryType> Types(List<ComposedPackage> packages)
    {
        var types = new Dictionary<TreePath, EntryType>();
        foreach (var entry in packages.SelectMany(package => package.Contents.Entries))
        {
            types.TryAdd(entry.Entry.Path, entry.Entry.Type);
        }

        return types;
    }

    /// <summary>What must be a folder, with a package and a path that makes it so.</summary>
    private static Dictionary<TreePath, (string Package, TreePath Path)> Folders(List<ComposedPackage> packages)
    {
        var folders = new Dictionary<TreePath, (string, TreePath)>();
        foreach (var (package, path) in packages.SelectMany(package => package.Contents.Entries.Select(entry => (package.Name, entry.Entry.Path))))
        {
            for (var parent = path.Parent; folders.TryAdd(parent, (package, path)) && !parent.IsRoot; parent = parent.Parent)
            {
            }
        }

        return folders;
    }
}
