using System.Globalization;

namespace EzTemplates.Testing;

/// <summary>Makes a real .deb of a <see cref="GeneratedPackage"/> with dpkg-deb: the same package gives the same bytes.</summary>
public static class DebBuilder
{
    public static void Build(GeneratedPackage package, string debFile)
    {
        ArgumentNullException.ThrowIfNull(package);
        Requires.Tool("dpkg-deb");
        var owned = package.Entries.Any(entry => entry.Uid != 0 || entry.Gid != 0);
        if (owned || package.Entries.Any(entry => entry is GeneratedEntry.Node { Kind: not 'p' }))
        {
            Requires.Root();
        }

        using var stage = new TempFolder();
        Stage(package, stage);
        Directory.CreateDirectory(Path.GetDirectoryName(debFile)!);
        var repacked = package.Compressor is "bzip2" or "lzma";
        var compressor = repacked ? "none" : package.Compressor;
        IReadOnlyList<string> ownership = owned ? [] : ["--root-owner-group"];
        var temporary = debFile + ".new";
        ToolRun.Run(new ToolCommand("dpkg-deb", [$"-Z{compressor}", "--nocheck", .. ownership, "--build", stage.Root, temporary])
        {
            Environment = new Dictionary<string, string?> { ["SOURCE_DATE_EPOCH"] = Seconds(Newest(package)) },
        }).Succeed();
        if (repacked)
        {
            DebRepacker.Repack(temporary, package.Compressor);
        }

        File.Move(temporary, debFile, overwrite: true);
    }

    private static void Stage(GeneratedPackage package, TempFolder stage)
    {
        var made = new SortedSet<string>(StringComparer.Ordinal);
        string Claim(string path)
        {
            var full = stage.At(path.TrimStart('/'));
            for (var folder = full; folder.Length > stage.Root.Length; folder = Path.GetDirectoryName(folder)!)
            {
                made.Add(folder);
            }

            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            return full;
        }

        foreach (var entry in package.Entries)
        {
            Make(entry, Claim(entry.Path), stage);
        }

        made.Add(stage.Root);
        if (made.Count > 0)
        {
            ToolRun.Run("touch", ["-h", "-d", "@" + Seconds(GeneratedPackage.DefaultTime), .. made]).Succeed();
        }

        foreach (var entry in package.Entries.OrderByDescending(entry => entry.Path.Length))
        {
            Dress(entry, stage.At(entry.Path.TrimStart('/')));
        }

        WriteControl(package, stage);
        ToolRun.Run("touch", "-d", "@" + Seconds(GeneratedPackage.DefaultTime), stage.Root).Succeed();
    }

    private static void Make(GeneratedEntry entry, string full, TempFolder stage)
    {
        switch (entry)
        {
            case GeneratedEntry.RegularFile file:
                File.WriteAllBytes(full, [.. file.Content]);
                break;
            case GeneratedEntry.Folder:
                Directory.CreateDirectory(full);
                break;
            case GeneratedEntry.SymbolicLink link:
                File.CreateSymbolicLink(full, link.Target);
                break;
            case GeneratedEntry.HardLink link:
                ToolRun.Run("ln", stage.At(link.Target.TrimStart('/')), full).Succeed();
                break;
            case GeneratedEntry.Node { Kind: 'p' }:
                ToolRun.Run("mkfifo", full).Succeed();
                break;
            case GeneratedEntry.Node node:
                ToolRun.Run("mknod", full, node.Kind.ToString(), Number(node.Major), Number(node.Minor)).Succeed();
                break;
        }
    }

    /// <summary>Owner before mode, as chown takes set-id bits away; times last.</summary>
    private static void Dress(GeneratedEntry entry, string full)
    {
        if (entry.Uid != 0 || entry.Gid != 0)
        {
            ToolRun.Run("chown", "-h", $"{Number(entry.Uid)}:{Number(entry.Gid)}", full).Succeed();
        }

        if (entry is GeneratedEntry.RegularFile or GeneratedEntry.Folder or GeneratedEntry.Node)
        {
            File.SetUnixFileMode(full, (UnixFileMode)(entry.Mode ?? (entry is GeneratedEntry.Folder ? 0x1ED : 0x1A4)));
        }

        if (entry.ModifiedAt is { } time)
        {
            ToolRun.Run("touch", "-h", "-d", "@" + Seconds(time), full).Succeed();
        }
    }

    private static void WriteControl(GeneratedPackage package, TempFolder stage)
    {
        File.SetUnixFileMode(stage.MakeFolder("DEBIAN"), (UnixFileMode)0x1ED);
        stage.WriteFile("DEBIAN/control", package.Control());
        foreach (var (name, text) in package.Scripts)
        {
            var script = stage.WriteFile($"DEBIAN/{name}", text);
            File.SetUnixFileMode(script, (UnixFileMode)(name is "triggers" or "templates" or "shlibs" or "symbols" ? 0x1A4 : 0x1ED));
        }

        if (package.Conffiles.Length > 0)
        {
            stage.WriteFile("DEBIAN/conffiles", string.Concat(package.Conffiles.Select(path => path + "\n")));
        }
    }

    private static DateTimeOffset Newest(GeneratedPackage package) =>
        package.Entries.Select(entry => entry.ModifiedAt ?? GeneratedPackage.DefaultTime).Append(GeneratedPackage.DefaultTime).Max();

    private static string Seconds(DateTimeOffset time) => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
