using System.Globalization;
using EzTemplates.Domain;
using EzTemplates.Testing;

namespace EzTemplates.Operations.Tests.Rpm;

/// <summary>A tree as lines, one a path, that compare with another's: owners by their names, since numbers depend on who picked them.</summary>
internal static class RpmTree
{
    private const string Script = """
        import os, sys, stat, hashlib
        root = sys.argv[1]
        for top, folders, files in os.walk(root):
            for name in sorted(folders + files):
                path = os.path.join(top, name)
                s = os.lstat(path)
                kind = {stat.S_IFREG: 'f', stat.S_IFDIR: 'd', stat.S_IFLNK: 'l', stat.S_IFIFO: 'p'}.get(stat.S_IFMT(s.st_mode), '?')
                what = os.readlink(path) if kind == 'l' else hashlib.sha256(open(path, 'rb').read()).hexdigest() if kind == 'f' else '-'
                print(path[len(root):], kind, '%o' % (0o777 if kind == 'l' else s.st_mode & 0o7777), s.st_uid, s.st_gid, what, sep='\t')
        """;

    public static List<string> Of(string root)
    {
        var (users, groups) = (new AccountTable(File.ReadAllText(Path.Combine(root, "etc/passwd"))), new AccountTable(File.ReadAllText(Path.Combine(root, "etc/group"))));
        return [.. ToolRun.Run("python3", "-c", Script, root).Succeed().Lines.Select(line => line.Split('\t'))
            .Select(row => Line(row[0], row[1], row[2], Name(users, row[3]), Name(groups, row[4]), row[5]))
            .Where(IsCompared).Order(StringComparer.Ordinal)];
    }

    public static List<string> Of(Manifest tree, Func<string, string> textOf)
    {
        var (users, groups) = (new AccountTable(textOf("/etc/passwd")), new AccountTable(textOf("/etc/group")));
        return [.. tree.Entries.Where(entry => !entry.Path.IsRoot).Select(tree.Resolve).Zip(tree.Entries.Where(entry => !entry.Path.IsRoot), (file, name) => file with { Path = name.Path })
            .Select(entry => Line(
                entry.Path.Latin1,
                ((char)entry.Type).ToString(),
                Convert.ToString(entry.Mode, 8),
                users.NameOf(entry.Uid) ?? entry.Uid.ToString(CultureInfo.InvariantCulture),
                groups.NameOf(entry.Gid) ?? entry.Gid.ToString(CultureInfo.InvariantCulture),
                entry.Type switch { EntryType.File => entry.Content!.Value.ToString(), EntryType.Symlink => entry.Target, _ => "-" }))
            .Where(IsCompared).Order(StringComparer.Ordinal)];
    }

    private static string Name(AccountTable table, string number) => table.NameOf(uint.Parse(number, CultureInfo.InvariantCulture)) ?? number;

    private static string Line(params string[] fields) => string.Join('\t', fields);

    /// <summary>Accounts have other numbers, and rpm's database says when it was made; both are looked at by themselves.</summary>
    private static bool IsCompared(string line) => !line.StartsWith("/var/lib/rpm/rpmdb.sqlite", StringComparison.Ordinal)
        && line.Split('\t')[0] is not ("/etc/passwd" or "/etc/group" or "/etc/passwd-" or "/etc/group-" or "/etc/shadow" or "/etc/shadow-");
}
