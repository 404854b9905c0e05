using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Formats.Tests.Archives;

/// <summary>
/// What dpkg itself makes of odd packages, unpacked into an empty root: paths that stand twice in every combination of types, hard
/// links, and damaged or continued compressed data. Ours must agree in the verdict and in the tree.
/// </summary>
public sealed class DpkgParityTests
{
    private const string X = "./usr/odd/x";

    private static readonly Dictionary<string, Func<RawTar, int, RawTar>> Types = new(StringComparer.Ordinal)
    {
        ["file"] = (tar, turn) => tar.File(X, $"file{turn}", 0x1A0 + turn),
        ["folder"] = (tar, turn) => tar.Folder(X + "/", 0x1E8 + turn),
        ["link"] = (tar, turn) => tar.Link(X, $"target{turn}"),
        ["char"] = (tar, turn) => tar.Add(X, '3', mode: 0x180 + turn),
        ["pipe"] = (tar, turn) => tar.Add(X, '6', mode: 0x180 + turn),
        ["hard"] = (tar, turn) => tar.HardLink(X, "./usr/odd/hello", 0x180 + turn),
    };

    [Theory]
    [InlineData("file")]
    [InlineData("folder")]
    [InlineData("link")]
    [InlineData("char")]
    [InlineData("pipe")]
    [InlineData("hard")]
    public void Paths_that_stand_twice(string first)
    {
        using var temp = Prepare();
        foreach (var (second, add) in Types)
        {
            var tar = add(Types[first](RawTar.WithFolders().File("./usr/odd/hello"), 1), 2);
            Compare(temp, $"{first}, {second}", RawDeb.OfData(tar));
        }
    }

    [Fact]
    public void Links_and_names()
    {
        using var temp = Prepare();
        RawTar Base() => RawTar.WithFolders().File("./usr/odd/hello");
        Compare(temp, "replaced", RawDeb.OfData(Base().HardLink(X, "./usr/odd/hello").File("./usr/odd/hello", "new")));
        Compare(temp, "mode through a link", RawDeb.OfData(Base().HardLink(X, "/usr/odd/hello", 0x9ED)));
        Compare(temp, "itself", RawDeb.OfData(Base().HardLink("./usr/odd/hello", "./usr/odd/hello")));
        Compare(temp, "to a symlink", RawDeb.OfData(Base().Link("./usr/odd/l", "hello").HardLink(X, "./usr/odd/l")));
        Compare(temp, "forward", RawDeb.OfData(Base().HardLink(X, "./usr/odd/z").File("./usr/odd/z")));
        Compare(temp, "absolute", RawDeb.OfData(Base().File("/abs").File("usr/odd/no-dot").File("./usr//odd/./two")));
        Compare(temp, "dots", RawDeb.OfData(Base().File("./usr/odd/...").File("./usr/odd/..x")));
        Compare(temp, "no end mark", RawDeb.OfData(Base().WithoutEnd()));
        Compare(temp, "end mark inside", RawDeb.OfData(Base().Raw(new byte[512]).File("./usr/odd/unseen")));
        Compare(temp, "old directory", RawDeb.OfData(Base().File("./usr/odd/old/", "")));
        Compare(temp, "newline", RawDeb.OfData(Base().File("./usr/odd/a\nb")));
        Compare(temp, "empty symlink", RawDeb.OfData(Base().Link(X, "")));
        Compare(temp, "epoch", RawDeb.OfStanza(RawDeb.Stanza.Replace("1.0-1", "a1", StringComparison.Ordinal)));
        Compare(temp, "two stanzas", RawDeb.OfStanza(RawDeb.Stanza + "\n" + RawDeb.Stanza));
        Compare(temp, "crlf", RawDeb.OfStanza(RawDeb.Stanza.Replace("\n", "\r\n", StringComparison.Ordinal)));
        Compare(temp, "leading newlines", RawDeb.OfStanza("\n\n" + RawDeb.Stanza + "\n\n"));
        Compare(temp, "no newline", RawDeb.OfStanza(RawDeb.Stanza.TrimEnd()));
    }

    [Theory]
    [InlineData(".gz")]
    [InlineData(".xz")]
    [InlineData(".zst")]
    [InlineData(".lzma")]
    [InlineData(".bz2")]
    public void Compressed_data(string extension)
    {
        using var temp = Prepare();
        var tar = RawTar.WithFolders().File("./usr/odd/hello", string.Concat(Enumerable.Range(0, 3000))).ToArray();
        var name = "data.tar" + extension;
        byte[] Part(int from, int to) => RawDeb.Compress(tar[from..to], extension);
        var whole = Part(0, tar.Length);
        Compare(temp, "whole", RawDeb.OfData(whole, name));

        // Not compared: dpkg 1.21.23 takes a zstd stream without its end, which 1.21.22 refused; a cut archive is never sound here.
        Assert.Throws<MalformedArchiveException>(() => DebInMemory.Read(RawDeb.OfData(whole[..^3], name)));
        Compare(temp, "junk after it", RawDeb.OfData([.. whole, .. "junkjunkjunk"u8], name));
        Compare(temp, "not compressed", RawDeb.OfData(tar, name));
        Compare(temp, "in two", RawDeb.OfData([.. Part(0, 1536), .. Part(1536, tar.Length)], name));
    }

    private static TempFolder Prepare()
    {
        Requires.Root();
        Requires.Tool("dpkg");
        return new TempFolder();
    }

    private static void Compare(TempFolder temp, string what, byte[] deb)
    {
        var file = temp.WriteFile("odd.deb", deb);
        var tree = Unpack(temp, file);
        try
        {
            var contents = DebInMemory.Read(deb);
            Assert.True(tree is not null, $"{what}: dpkg refuses it");
            var ours = Tree(contents);
            Assert.True(tree.SequenceEqual(ours), $"{what}:\ndpkg\n{string.Join('\n', tree)}\nours\n{string.Join('\n', ours)}");
        }
        catch (MalformedArchiveException failure)
        {
            Assert.True(tree is null, $"{what}: dpkg takes it, ours: {failure.Message}");
        }
    }

    /// <summary>The tree that dpkg makes, a line a path; null if it refuses.</summary>
    private static List<string>? Unpack(TempFolder temp, string deb)
    {
        var root = temp.MakeFolder("root-" + Guid.NewGuid().ToString("N"));
        foreach (var folder in (string[])["info", "updates", "triggers", "parts"])
        {
            Directory.CreateDirectory(Path.Combine(root, "var/lib/dpkg", folder));
        }

        File.WriteAllText(Path.Combine(root, "var/lib/dpkg/status"), "");
        Directory.CreateDirectory(Path.Combine(root, "var/log"));
        var run = ToolRun.Run(
            "dpkg", "--root=" + root, "--force-script-chrootless", "--force-depends", "--force-bad-path", "--force-unsafe-io", "--no-triggers", "--unpack", deb);
        return run.ExitCode != 0 ? null
            : [.. ToolRun.Run(new ToolCommand("find", ".", "-path", "./var", "-prune", "-o", "-printf", "%p %y %m %U %G %n %l\\n") { WorkingDirectory = root }).Succeed()
                .Lines.Where(line => !line.StartsWith(". ", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    private static List<string> Tree(PackageContents contents)
    {
        var names = contents.Entries.Select(entry => entry.Entry).ToList();
        string First(ManifestEntry entry) => entry.Type == EntryType.HardLink ? entry.Target : entry.Path.Latin1;
        string Line(ManifestEntry entry)
        {
            var links = entry.Type == EntryType.Directory
                ? 2 + names.Count(other => other.Type == EntryType.Directory && !other.Path.IsRoot && other.Path.Parent == entry.Path)
                : names.Count(other => First(other) == First(entry));
            var type = entry.Type == EntryType.HardLink ? 'f' : (char)entry.Type;
            return $".{entry.Path.Latin1} {type} {Convert.ToString(entry.Mode, 8)} {entry.Uid} {entry.Gid} {links} {(entry.Type == EntryType.Symlink ? entry.Target : "")}";
        }

        return [.. names.Where(entry => !entry.Path.IsRoot).Select(Line).Order(StringComparer.Ordinal)];
    }
}
