using System.Text;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Formats;
using EzTemplates.Formats.Ids;

namespace EzTemplates.Operations;

/// <summary>
/// The users and groups that packages declare in what they provide (<see cref="RpmSysusers"/>). rpm before 4.19 makes none of them, and a later one
/// runs a program for it that the tree may lack; so they are made here, before any script runs, and librpm is told to make none.
/// </summary>
internal static class DeclaredAccounts
{
    // Whoever makes them makes them readable for root alone, which reads what it may not.
    private const int Secret = 0;
    private const int Readable = 0b110_100_100;
    private const long SecondsOfDay = 86_400;

    private static readonly TreePath Shadow = TreePath.Parse("/etc/shadow");
    private static readonly TreePath GroupShadow = TreePath.Parse("/etc/gshadow");

    /// <summary>Makes those that the tree does not have, with the numbers that they are to have.</summary>
    /// <param name="packageOf">The name of the package that a path is of; null where it is no package's.</param>
    /// <returns>Lines that nobody could make somebody of, as warnings.</returns>
    /// <exception cref="EzException">Untrusted: where accounts are kept is no file.</exception>
    public static IReadOnlyList<string> Make(ConfigureGround ground, TreeEdit tree, ScriptIds ids, IEnumerable<StoredRpm> packages, FileTime epoch, Func<TreePath, string?> packageOf)
    {
        var declared = packages.SelectMany(package => RpmSysusers.LinesOf(package.Headers.Main).Where(text => !SysusersLine.IsNothing(text)).Select(text => (package.Row.Name, text))).ToList();
        var lines = declared.Select(one => SysusersLine.Parse(one.text)).OfType<SysusersLine>().ToList();
        if (lines.Count > 0)
        {
            foreach (var path in (TreePath[])[AccountTable.Passwd, AccountTable.Group, Shadow, GroupShadow])
            {
                RequireFile(tree, path, packageOf);
            }

            string TextOf(TreePath path) => ground.TextOf(tree, path) ?? "";
            var before = new AccountFiles(TextOf(AccountTable.Passwd), TextOf(AccountTable.Group), TextOf(Shadow), TextOf(GroupShadow));
            var after = before.With(lines, epoch.Seconds / SecondsOfDay);
            var numbers = ids.Choose(new AccountText(before.Passwd, before.Group), new AccountText(after.Passwd, after.Group));
            Put(AccountTable.Passwd, before.Passwd, AccountText.RenumberPasswd(after.Passwd, numbers), Readable);
            Put(AccountTable.Group, before.Group, AccountText.RenumberGroup(after.Group, numbers), Readable);
            Put(Shadow, before.Shadow, after.Shadow, Secret);
            Put(GroupShadow, before.GroupShadow, after.GroupShadow, Secret);
            ground.KeepTexts();
        }

        return
        [
            .. declared.Where(one => SysusersLine.Parse(one.text) is null).Distinct()
                .Select(one => $"package `{one.Name}` declares a user or group by the line `{Printable(one.text)}` of sysusers.d, which makes nobody"),
        ];

        void Put(TreePath path, string before, string after, int mode)
        {
            if (before != after)
            {
                var file = tree.Find(path) ?? new ManifestEntry { Path = path, Type = EntryType.File, Mode = mode, Uid = 0, Gid = 0, Mtime = epoch };
                tree.MakeParents(path, epoch);
                tree.PutByScript(ground.WithText(file, after) with { Path = path, Mtime = epoch }, TreeEdit.NoPackage);
            }
        }
    }

    /// <summary>A link could lead anywhere, and what is written in its place would take it away from the package that has it.</summary>
    private static void RequireFile(TreeEdit tree, TreePath path, Func<TreePath, string?> packageOf)
    {
        foreach (var (there, wanted, what) in ((TreePath, EntryType, string)[])[(path.Parent, EntryType.Directory, "folder"), (path, EntryType.File, "file")])
        {
            if (tree.Find(there) is { } entry && entry.Type != wanted)
            {
                var found = entry.Type switch { EntryType.Symlink => "a symbolic link", EntryType.Directory => "a folder", EntryType.File => "a file", _ => "a special file" };
                var package = packageOf(there);
                throw new EzException(
                    FailureKind.Untrusted,
                    $"the users and groups that packages declare cannot be written to `{path}`: `{there}`{(package is null ? "" : $" of package `{package}`")} is {found}, not a {what}",
                    $"{(package is null ? "" : $"`exclude: [{package}]` in the recipe leaves the package out; ")}`configure: none` makes no users");
            }
        }
    }

    private static string Printable(string text) => new StringBuilder().Append([.. text.Select(c => char.IsControl(c) ? '?' : c)]).ToString();
}
