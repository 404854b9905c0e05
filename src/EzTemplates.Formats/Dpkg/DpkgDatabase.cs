using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Formats.Dpkg;

/// <summary>A file of dpkg's database.</summary>
public abstract record DatabaseFile(TreePath Path, int Mode)
{
    /// <summary>One that is written for the database.</summary>
    public sealed record Written(TreePath Path, byte[] Content, int Mode = 0b110_100_100) : DatabaseFile(Path, Mode);

    /// <summary>A control member, as the package has it.</summary>
    public sealed record Member(TreePath Path, ControlMember Content) : DatabaseFile(Path, Content.Mode);
}

/// <summary>
/// dpkg's database (<c>/var/lib/dpkg</c>) as <c>dpkg --unpack</c> leaves it: lib/dpkg/dump.c and src/main/unpack.c, doc/triggers.txt, and
/// what dpkg 1.21 was seen to write. Texts are bytes as chars.
/// </summary>
public static class DpkgDatabase
{
    /// <summary>The member with the MD5 of each file; dpkg writes it for a package that has none.</summary>
    public const string SumsName = "md5sums";

    private static readonly TreePath Root = TreePath.Parse("/var/lib/dpkg");

    public static TreePath Status { get; } = Root.Append("status");

    /// <summary>dpkg's own architecture, then each foreign one; of a package of any other it is an error that it is installed.</summary>
    public static TreePath Architectures { get; } = Root.Append("arch");

    public static TreePath Diversions { get; } = Root.Append("diversions");

    /// <summary>Owners and modes that go before a package's own.</summary>
    public static TreePath StatOverrides { get; } = Root.Append("statoverride");

    public static TreePath FileTriggers { get; } = Triggers("File");

    /// <summary>Activations that dpkg takes up when it runs next.</summary>
    public static TreePath Unincorporated { get; } = Triggers("Unincorp");

    /// <summary>Where dpkg has the control members while a preinst runs.</summary>
    public static TreePath Unpacking { get; } = Root.Append("tmp.ci");

    public static TreePath Info(string name) => Root.Append("info").Append(name);

    /// <summary>The packages that are interested in an explicit trigger.</summary>
    public static TreePath Triggers(string name) => Root.Append("triggers").Append(name);

    /// <summary>What an empty root has before the first package: the folders, and the files that say how the rest is written.</summary>
    public static IEnumerable<TreePath> Folders => ((string[])["alternatives", "info", "parts", "triggers", "updates"]).Select(Root.Append);

    /// <param name="architecture">dpkg's own.</param>
    public static IEnumerable<DatabaseFile> Foundation(string architecture) =>
    [
        new DatabaseFile.Written(Architectures, Encoding.ASCII.GetBytes(architecture + "\n")),
        new DatabaseFile.Written(Info("format"), "1\n"u8.ToArray()),
    ];

    /// <param name="before">The texts of the database below, by path; null where there is none.</param>
    public static IEnumerable<DatabaseFile> Unpack(IReadOnlyList<UnpackedPackage> packages, Func<TreePath, string?> before)
    {
        ArgumentNullException.ThrowIfNull(packages);
        ArgumentNullException.ThrowIfNull(before);
        foreach (var package in packages)
        {
            foreach (var member in package.Members.Where(member => member.Name != "control"))
            {
                yield return new DatabaseFile.Member(Info($"{package.QualifiedName}.{member.Name}"), member);
            }

            yield return new DatabaseFile.Written(Info($"{package.QualifiedName}.list"), Bytes(FileList(package)));
            if (package.Files is { } files)
            {
                var sums = string.Concat(files.Select(file => $"{file.Md5}  {file.Path.Relative}\n"));
                yield return new DatabaseFile.Written(Info($"{package.QualifiedName}.{SumsName}"), Bytes(sums));
            }
        }

        yield return new DatabaseFile.Written(Status, Bytes(Joined(before(Status), packages.Select(Stanza))));
        foreach (var (path, lines) in InterestFiles(packages).OrderBy(file => file.Key))
        {
            yield return new DatabaseFile.Written(path, Bytes(before(path) + string.Concat(lines)));
        }

        var known = (before(Architectures) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var foreign = packages.Select(package => package.Control.Architecture).Where(a => a != "all").Except(known).ToList();
        if (foreign.Count > 0)
        {
            yield return new DatabaseFile.Written(Architectures, Bytes(string.Concat(known.Concat(foreign).Select(line => line + "\n"))));
        }

        if (Activated(packages, before) is { Count: > 0 } activated)
        {
            yield return new DatabaseFile.Written(Unincorporated, Bytes(before(Unincorporated) + string.Concat(activated.Select(name => name + " -\n"))));
        }
    }

    /// <summary>Triggers of packages below that the new packages activate, by their control members or by a path of theirs.</summary>
    private static SortedSet<string> Activated(IReadOnlyList<UnpackedPackage> packages, Func<TreePath, string?> before)
    {
        var activated = new SortedSet<string>(
            packages.SelectMany(package => package.Triggers).Where(trigger => trigger.Use == TriggerUse.Activate && (trigger.IsPath || before(Triggers(trigger.Name)) is not null)).Select(trigger => trigger.Name),
            StringComparer.Ordinal);
        var interests = (before(FileTriggers) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[..Math.Max(0, line.LastIndexOf(' '))]).ToHashSet(StringComparer.Ordinal);
        foreach (var path in interests.Count == 0 ? [] : packages.SelectMany(package => package.Paths))
        {
            for (var at = path; !at.IsRoot; at = at.Parent)
            {
                if (interests.Contains(at.Latin1))
                {
                    activated.Add(at.Latin1);
                }
            }
        }

        return activated;
    }

    private static Dictionary<TreePath, List<string>> InterestFiles(IReadOnlyList<UnpackedPackage> packages)
    {
        var files = new Dictionary<TreePath, List<string>>();
        foreach (var package in packages)
        {
            foreach (var (use, name) in package.Triggers.Where(trigger => trigger.Use != TriggerUse.Activate))
            {
                var interested = package.QualifiedName + (use == TriggerUse.InterestWithoutAwait ? "/noawait" : "");
                var isPath = name.StartsWith('/');
                var path = isPath ? FileTriggers : Triggers(name);
                if (!files.TryGetValue(path, out var lines))
                {
                    files.Add(path, lines = []);
                }

                lines.Add(isPath ? $"{name} {interested}\n" : $"{interested}\n");
            }
        }

        return files;
    }

    private static string FileList(UnpackedPackage package)
    {
        var text = new StringBuilder("/.\n");
        foreach (var path in package.Paths.Where(path => !path.IsRoot))
        {
            text.Append(path.Latin1).Append('\n');
        }

        return text.ToString();
    }

    private static string Stanza(UnpackedPackage package)
    {
        var control = Encoding.Latin1.GetString(package.Control.Text.Span).Trim('\n').Replace("\r\n", "\n", StringComparison.Ordinal);
        var text = new StringBuilder();
        foreach (var line in control.Split('\n'))
        {
            text.Append(line).Append('\n');
            if (line.StartsWith("Package:", StringComparison.OrdinalIgnoreCase))
            {
                text.Append("Status: install ok unpacked\n");
            }
        }

        if (package.Conffiles.Length > 0)
        {
            text.Append("Conffiles:\n");
            foreach (var (path, md5) in package.Conffiles)
            {
                text.Append(' ').Append(path.Latin1).Append(' ').Append(md5).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>Stanzas with an empty line between each two.</summary>
    private static string Joined(string? before, IEnumerable<string> stanzas) =>
        string.Join('\n', (before?.TrimEnd('\n') is { Length: > 0 } some ? (string[])[some + "\n"] : []).Concat(stanzas));

    private static byte[] Bytes(string latin1) => Encoding.Latin1.GetBytes(latin1);
}
