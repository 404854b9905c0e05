using System.Globalization;
using EzTemplates.Domain;
using EzTemplates.Store.Native;
using EzTemplates.Testing;

namespace EzTemplates.Environments.Tests;

/// <summary>What a diff says, which looks at the private area alone, against what a mounted view shows.</summary>
public sealed class DiffTests
{
    private const int Rounds = 12;
    private const int Edits = 40;

    // Around the slash in byte order, so that a walk by folders is not the order of the paths.
    private static readonly string[] Names = ["a", "a-b", "a.b", "a0", "b", "ä", "z"];

    public static IEnumerable<TheoryDataRow<ViewForm>> Forms => TestGround.Forms();

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_diff_is_what_a_look_at_every_path_of_the_view_says(ViewForm form)
    {
        Requires.Overlay();
        using var ground = new TestGround(form);
        var random = TestSeed.Random($"diff {form}");
        var same = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var entries = RandomTree(ground, random);
            var name = ground.Create($"box{round}", "1", entries);
            var editor = new RandomEdits(ground.Environments.MountedRoot(name), random);
            for (var edit = 0; edit < Edits; edit++)
            {
                editor.One();
            }

            var diff = new EnvironmentDiff(ground.Environments, name);
            var changes = diff.Changes().ToList();
            Assert.Equal(changes.Select(c => c.Path.Latin1).Order(StringComparer.Ordinal), changes.Select(c => c.Path.Latin1));
            Assert.True(
                Oracle(diff.Manifest, editor.Root).SequenceEqual(changes.Where(c => c.Kind != PrivateChangeKind.SameCopy).Select(Text)),
                $"{TestSeed.Hint}, round {round}\nedits:\n{string.Join('\n', editor.Done)}\nwrong:\n"
                + string.Join('\n', Oracle(diff.Manifest, editor.Root).Select(l => "- " + l).Concat(changes.Where(c => c.Kind != PrivateChangeKind.SameCopy).Select(c => "+ " + Text(c))).GroupBy(l => l[2..]).Where(g => g.Count() == 1).Select(g => g.Single())));
            same += changes.Count(c => c.Kind == PrivateChangeKind.SameCopy);
        }

        Assert.True(same > 0, $"no private copy was left as it was; {TestSeed.Hint}");
    }

    [Fact]
    public void An_untouched_environment_has_no_changes_and_is_not_mounted()
    {
        Requires.Overlay();
        using var ground = new TestGround();
        var name = ground.Create("box", "1", ground.Text("/etc/f", "x"), TestGround.Folder("/srv"));
        Assert.Empty(new EnvironmentDiff(ground.Environments, name).Changes());
        Assert.False(ground.Environments.Show(name).IsMounted);
    }

    [Fact]
    public void A_private_file_shadows_a_newer_one_by_the_version_it_was_made_on()
    {
        Requires.Overlay();
        using var ground = new TestGround();
        ManifestEntry[] kept = [ground.Text("/etc/kept", "same"), ground.Text("/etc/followed", "one")];
        var first = ground.Version("1", [.. kept, ground.Text("/etc/conf", "one"), ground.Text("/etc/late", "one"), ground.Text("/etc/equal", "one"), ground.Text("/etc/gone", "one")]);
        var second = ground.Version("2", [.. kept, ground.Text("/etc/conf", "two"), ground.Text("/etc/late", "two"), ground.Text("/etc/equal", "two"), ground.Text("/etc/gone", "two")]);
        var name = EnvironmentName.Parse("box");
        ground.Environments.Create(name, first);
        var root = ground.Environments.MountedRoot(name);
        File.AppendAllText(root + "/etc/conf", "mine");
        File.AppendAllText(root + "/etc/kept", "mine");
        File.WriteAllText(root + "/etc/equal", "two");
        File.Delete(root + "/etc/gone");
        Assert.Empty(new EnvironmentDiff(ground.Environments, name).Shadows());

        // Nobody edits a file and moves the environment within one tick of the clock that stamps it.
        var edited = File.GetLastWriteTimeUtc(root + "/etc/conf");
        Assert.True(SpinWait.SpinUntil(() => DateTime.UtcNow - edited > TimeSpan.FromMilliseconds(20), TimeSpan.FromMinutes(1)));
        new Remapper(ground.Environments).Remap(name, second);
        ground.Environments.MountedRoot(name);

        // Copied up from the second version, which changes it no more.
        File.AppendAllText(root + "/etc/late", "mine");
        var shadow = Assert.Single(new EnvironmentDiff(ground.Environments, name).Shadows());
        Assert.Equal(("/etc/conf", "test@1"), (shadow.Path.ToString(), shadow.MadeOn.Template));

        // Written again in place it still is the copy of the first; back on that, nothing newer is hidden but by the second's copy.
        File.AppendAllText(root + "/etc/conf", "more");
        Assert.Single(new EnvironmentDiff(ground.Environments, name).Shadows());
        new Remapper(ground.Environments).Rollback(name);
        Assert.Equal(["/etc/late"], new EnvironmentDiff(ground.Environments, name).Shadows().Select(s => s.Path.ToString()));
    }

    private static string Text(PrivateChange change) => $"{change.Path} {change.Kind} {change.Parts}";

    private static List<ManifestEntry> RandomTree(TestGround ground, Random random)
    {
        var entries = new List<ManifestEntry> { TestGround.Folder("/") };
        var folders = new List<TreePath> { TreePath.Root };
        var taken = new HashSet<TreePath> { TreePath.Root };
        var firstFile = (ManifestEntry?)null;
        for (var i = 0; i < 40; i++)
        {
            var path = TreePath.Parse(folders[random.Next(folders.Count)].Append(TreePath.FromText(Names[random.Next(Names.Length)]).Name).Latin1);
            if (!taken.Add(path))
            {
                continue;
            }

            ManifestEntry entry = random.Next(6) switch
            {
                0 or 1 => TestGround.Folder(path.Latin1, random.Next(2) == 0 ? 0b111_101_101 : 0b111_000_000),
                2 => TestGround.Folder(path.Latin1) with { Type = EntryType.Symlink, Mode = 0b111_111_111, Target = "a/b" },
                3 when firstFile is not null && firstFile.Path < path => TestGround.Folder(path.Latin1) with { Type = EntryType.HardLink, Target = firstFile.Path.Latin1, Mode = firstFile.Mode, Mtime = firstFile.Mtime },
                4 => TestGround.Folder(path.Latin1, 0b110_000_000) with { Type = EntryType.Fifo },
                _ => ground.Text(path.Latin1, random.Next(3).ToString(CultureInfo.InvariantCulture)),
            };
            firstFile ??= entry.Type == EntryType.File ? entry : null;
            if (entry.Type == EntryType.Directory)
            {
                folders.Add(path);
            }

            entries.Add(entry);
        }

        return entries;
    }

    /// <summary>Looks at every path of the view and of the manifest.</summary>
    private static IEnumerable<string> Oracle(Manifest manifest, string root)
    {
        var shown = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in ToolRun.Run("find", root, "-mindepth", "0", "-printf", "%P\\0").Succeed().Output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Prepend(""))
        {
            shown[TreePath.FromText("/" + line).Latin1] = Path.Combine(root, line);
        }

        foreach (var path in manifest.Entries.Select(e => e.Path.Latin1).Union(shown.Keys).Order(StringComparer.Ordinal))
        {
            var template = manifest.Find(TreePath.Parse(path));
            var line = !shown.TryGetValue(path, out var file) ? $"{PrivateChangeKind.Removed} {ChangedParts.None}"
                : template is null ? $"{PrivateChangeKind.Added} {ChangedParts.None}"
                : Difference(file, manifest.Resolve(template));
            if (line is not null)
            {
                yield return $"{TreePath.Display(path)} {line}";
            }
        }
    }

    private static string? Difference(string file, ManifestEntry template)
    {
        var status = Libc.Status(null, file);
        var type = status.Kind switch
        {
            FileKind.Directory => EntryType.Directory,
            FileKind.Symlink => EntryType.Symlink,
            FileKind.Fifo => EntryType.Fifo,
            _ => EntryType.File,
        };
        if (type != template.Type)
        {
            return $"{PrivateChangeKind.Changed} {ChangedParts.Type}";
        }

        var parts = ChangedParts.None;
        parts |= type == EntryType.File && Sha256Digest.Of(File.ReadAllBytes(file)) != template.Content ? ChangedParts.Content : 0;
        parts |= type == EntryType.Symlink && Libc.TryReadSymlink(null, file) != template.Target ? ChangedParts.Target : 0;
        var kind = parts == 0 ? PrivateChangeKind.Metadata : PrivateChangeKind.Changed;
        parts |= type != EntryType.Symlink && status.Mode != template.Mode ? ChangedParts.Mode : 0;
        parts |= status.Uid != template.Uid || status.Gid != template.Gid ? ChangedParts.Owner : 0;
        parts |= type != EntryType.Directory && status.Mtime != template.Mtime ? ChangedParts.Time : 0;
        parts |= !Libc.XattrNames(null, file).IsEmpty ? ChangedParts.Attributes : 0;
        return parts == 0 ? null : $"{kind} {parts}";
    }

    /// <summary>Edits of a mounted view as programs make them; what the kernel refuses (a rename of a folder of the version) is none.</summary>
    private sealed class RandomEdits(string root, Random random)
    {
        public string Root => root;

        public List<string> Done { get; } = [];

        public void One()
        {
            var (path, other) = (Existing(), Path.Combine(Folder(), Names[random.Next(Names.Length)]));
            var act = random.Next(14);
            try
            {
                Do(act, path, other);
                Done.Add($"{act} {path[root.Length..]} {other[root.Length..]}");
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or EzException or InvalidOperationException)
            {
                // A target that is in the way, or what the kernel does not do.
            }
        }

        private void Do(int act, string path, string other)
        {
            var status = Libc.Status(null, path);
            switch (act)
            {
                case 0 when status.Kind == FileKind.File:
                    File.WriteAllText(path, random.Next(3).ToString(CultureInfo.InvariantCulture));
                    break;
                case 1 when !File.Exists(other) || Libc.Status(null, other).Kind == FileKind.File:
                    File.WriteAllText(other, "new");
                    break;
                case 2:
                    Remove(path, status.Kind);
                    break;
                case 3 when status.Kind != FileKind.Symlink:
                    Libc.ChangeMode(null, path, random.Next(2) == 0 ? 0b111_101_101 : 0b110_100_100);
                    break;
                case 4:
                    Libc.ChangeOwner(null, path, (uint)random.Next(2), 0);
                    break;
                case 5:
                    Libc.ChangeMtime(null, path, new FileTime(1_600_000_000 + random.Next(2), 123_456_789));
                    break;
                case 6 when status.Kind is FileKind.File or FileKind.Directory:
                    Libc.SetXattr(null, path, "user.note", [1]);
                    break;
                case 7:
                    Libc.MakeHardLink(null, path, null, other);
                    break;
                case 8:
                    Libc.MakeSymlink("a/b", null, other);
                    break;
                case 9:
                    Libc.MakeFolder(null, other, 0b111_101_101);
                    break;
                case 10:
                    Libc.Rename(null, path, null, other);
                    break;
                case 11:
                    ToolRun.Run("mv", "-T", path, other).Succeed();
                    break;
                case 12 when path != root:
                    Remove(path, status.Kind);
                    Libc.MakeFolder(null, path, 0b111_101_101);
                    File.WriteAllText(Path.Combine(path, Names[random.Next(Names.Length)]), "1");
                    break;
                case 13 when status.Kind == FileKind.File:
                    // Copied up, and then made to look as it did.
                    File.OpenHandle(path, FileMode.Open, FileAccess.Write).Dispose();
                    Libc.ChangeMtime(null, path, status.Mtime);
                    break;
                default:
                    throw new InvalidOperationException("not this on that");
            }
        }

        private void Remove(string path, FileKind kind)
        {
            if (path == root)
            {
                throw new InvalidOperationException("the root stays");
            }

            ToolRun.Run("rm", kind == FileKind.Directory ? "-rf" : "-f", path).Succeed();
        }

        private string Existing() => Pick(".", "-mindepth", "0");

        private string Folder() => Pick(".", "-type", "d");

        private string Pick(params string[] what)
        {
            var found = ToolRun.Run(new ToolCommand("find", [.. what, "-printf", "%P\\n"]) { WorkingDirectory = root }).Succeed().Output.Split('\n')[..^1].Order(StringComparer.Ordinal).ToList();
            return Path.Combine(root, found[random.Next(found.Count)]).TrimEnd('/');
        }
    }
}
