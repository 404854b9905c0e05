using EzTemplates.Domain.Composition;
using Xunit;

namespace EzTemplates.Domain.Tests.Composition;

/// <summary>
/// The composer against a slow and simple model of the same rules: paths are moved through links until none moves, then
/// each path goes to the last claim that all others yield to.
/// </summary>
public sealed class ComposerOracleTests
{
    private static readonly string[] Names = ["x", "y", "z"];

    [Fact]
    public void Random_packages_compose_as_the_model_says()
    {
        var (composedCount, refusedCount) = (0, 0);
        for (var seed = 0; seed < 4000; seed++)
        {
            var random = new Random(seed);
            var packages = Enumerable.Range(0, random.Next(1, 4)).Select(i => RandomPackage(random, $"p{i}")).ToArray();
            var expected = Model(packages);
            string[]? actual = null;
            try
            {
                var composed = ManifestComposerTests.Compose(packages);
                actual = [.. ManifestComposerTests.Shown(composed)];
            }
            catch (EzException e)
            {
                Assert.True(e.Kind is FailureKind.Unsolvable or FailureKind.Untrusted, $"seed {seed}: {e}");
            }

            Assert.True(
                (expected is null && actual is null) || (expected is not null && actual is not null && expected.SequenceEqual(actual)),
                $"seed {seed}\npackages:\n{string.Join('\n', packages.Select(Describe))}\nmodel: {Join(expected)}\ncomposer: {Join(actual)}");
            composedCount += actual is null ? 0 : 1;
            refusedCount += actual is null ? 1 : 0;
        }

        Assert.InRange(composedCount, 500, 3500);
        Assert.InRange(refusedCount, 500, 3500);
    }

    private static ComposedPackage RandomPackage(Random random, string name)
    {
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        var directories = new List<string> { "" };
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            var path = directories[random.Next(directories.Count)] + "/" + Names[random.Next(3)];
            switch (random.Next(6))
            {
                case 0 or 1 when entries.TryAdd(path, $"d {path}"):
                    directories.Add(path);
                    break;
                case 2:
                    entries.TryAdd(path, $"l {path} {(random.Next(2) == 0 ? "/" : "../")}{Names[random.Next(3)]}");
                    break;
                case 3 when entries.Values.FirstOrDefault(e => e[0] == 'f') is { } file:
                    entries.TryAdd(path, $"h {path} {file.Split(' ')[1]}");
                    break;
                default:
                    entries.TryAdd(path, $"f {path}");
                    break;
            }
        }

        return ManifestComposerTests.Package(name, [.. entries.Values]) with
        {
            Replaces = [.. Enumerable.Range(0, 3).Where(_ => random.Next(3) == 0).Select(i => new PackageReplaces($"p{i}"))],
        };
    }

    /// <summary>Null: refused.</summary>
    private static string[]? Model(ComposedPackage[] packages)
    {
        var all = packages.SelectMany((package, i) => package.Contents.Entries.Select(e => new Wish(i, e.Entry))).ToList();

        // The links move paths, and moved links are links elsewhere: again until nothing moves.
        for (var round = 0; ; round++)
        {
            var links = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var there in all.GroupBy(w => w.At).Where(g => g.Any(w => w.First(all).Entry.Type == EntryType.Symlink)))
            {
                if (Best(packages, all, [.. there.Where(w => w.Entry.Type != EntryType.Directory)]) is not { } best)
                {
                    return null;
                }

                if (best.First(all).Entry.Type == EntryType.Symlink)
                {
                    links[there.Key] = best.First(all).Entry.Target;
                }
            }

            var moved = new List<string>();
            foreach (var wish in all)
            {
                var path = wish.Entry.Path.Latin1;
                if (Walk(links, path[..path.LastIndexOf('/')], 0) is not { } parent)
                {
                    return null;
                }

                moved.Add(parent + path[path.LastIndexOf('/')..]);
            }

            if (moved.SequenceEqual(all.Select(w => w.At)))
            {
                return Unpack(packages, all, links);
            }

            if (round > 60)
            {
                return null;
            }

            all.Zip(moved).ToList().ForEach(pair => pair.First.At = pair.Second);
        }
    }

    private static string[]? Unpack(ComposedPackage[] packages, List<Wish> all, Dictionary<string, string> links)
    {
        var tree = new SortedDictionary<string, Wish?>(StringComparer.Ordinal) { ["/"] = null };
        foreach (var there in all.GroupBy(w => w.At))
        {
            var files = there.Where(w => w.Entry.Type != EntryType.Directory).ToList();
            tree[there.Key] = files.Count == 0 ? there.MinBy(w => w.Package) : Best(packages, all, files);
            if (files.Count > 0 && (tree[there.Key] is not { } best
                || (there.Count() > files.Count && best.First(all).Entry.Type != EntryType.Symlink)))
            {
                return null;
            }
        }

        foreach (var path in tree.Keys.ToList())
        {
            for (var at = path; at.LastIndexOf('/') > 0;)
            {
                at = at[..at.LastIndexOf('/')];
                tree.TryAdd(at, null);
                if (tree[at] is { } above && above.Entry.Type != EntryType.Directory)
                {
                    return null;
                }
            }
        }

        bool IsDirectory(string? path) =>
            path is not null && tree.TryGetValue(path == "" ? "/" : path, out var wish) && (wish is null || wish.Entry.Type == EntryType.Directory);
        if (all.Any(w => w.Entry.Type == EntryType.Directory && tree[w.At]!.Entry.Type != EntryType.Directory && !IsDirectory(Walk(links, w.At, 0))))
        {
            return null;
        }

        return [.. tree.Select(pair => Shown(packages, all, tree, pair.Key, pair.Value))];
    }

    private static string Shown(ComposedPackage[] packages, List<Wish> all, SortedDictionary<string, Wish?> tree, string path, Wish? wish)
    {
        if (wish is null)
        {
            return $"d {path} -1";
        }

        var inode = wish.First(all);
        var first = tree.First(pair => pair.Value is { } other && other.First(all) == inode).Key;
        var owner = packages[wish.Package].Name;
        return inode.Entry.Type switch
        {
            EntryType.File when first != path => $"h {path} {first} {owner}",
            EntryType.Symlink => $"l {path} {inode.Entry.Target} {owner}",
            var type => $"{(char)type} {path} {owner}",
        };
    }

    /// <summary>The last in order of those to which all others yield. Within one package, two names of one file are no quarrel.</summary>
    private static Wish? Best(ComposedPackage[] packages, List<Wish> all, List<Wish> wishes) => wishes.LastOrDefault(wish => wishes.All(other =>
        other == wish
        || (other.Package == wish.Package && other.First(all) == wish.First(all))
        || (other.Package != wish.Package && packages[wish.Package].Replaces.Any(r => r.Name == packages[other.Package].Name))));

    private static string? Walk(Dictionary<string, string> links, string path, int depth)
    {
        var at = "";
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (name == "..")
            {
                if (at == "")
                {
                    return null;
                }

                at = at[..at.LastIndexOf('/')];
                continue;
            }

            var next = $"{at}/{name}";
            if (links.TryGetValue(next, out var target))
            {
                if (depth > 50 || Walk(links, target[0] == '/' ? target : $"{at}/{target}", depth + 1) is not { } led)
                {
                    return null;
                }

                next = led;
            }

            at = next;
        }

        return at;
    }

    private static string Describe(ComposedPackage package) =>
        $"{package.Name} replaces {string.Join(',', package.Replaces.Select(r => r.Name))}: "
        + string.Join("; ", package.Contents.Entries.Select(e => $"{(char)e.Entry.Type} {e.Entry.Path} {e.Entry.Target}"));

    private static string Join(string[]? lines) => lines is null ? "refused" : string.Join("; ", lines);

    private sealed class Wish(int package, ManifestEntry entry)
    {
        public int Package { get; } = package;

        public ManifestEntry Entry { get; } = entry;

        public string At { get; set; } = entry.Path.Latin1;

        public Wish First(List<Wish> all) => Entry.Type == EntryType.HardLink
            ? all.Single(w => w.Package == Package && w.Entry.Path.Latin1 == Entry.Target)
            : this;
    }
}
