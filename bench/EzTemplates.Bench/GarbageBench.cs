using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats.Manifests;
using EzTemplates.Store;

namespace EzTemplates.Bench;

/// <summary>
/// A synthetic store, and gc on it: how time and memory grow with the number of objects. Each manifest names its share of the objects
/// and as many again from a pool that all share. A fifth of the manifests is not wanted. Objects are empty files: gc reads none.
/// </summary>
internal static class GarbageBench
{
    private const int Pool = 1000;

    public static string Make(string folder, int objects, int manifests)
    {
        using var store = ContentStore.Open(folder);
        for (var prefix = 0; prefix < 256; prefix++)
        {
            Directory.CreateDirectory(Path.Combine(store.Layout.Objects, prefix.ToString("x2", CultureInfo.InvariantCulture)));
        }

        Parallel.For(0, objects, number => File.Create(store.Layout.ObjectOf(Digest(number))).Dispose());
        var roots = new Sha256Digest[manifests];
        Parallel.For(0, manifests, manifest =>
        {
            var own = objects / manifests;
            var numbers = Enumerable.Range(manifest * own, own).Concat(Enumerable.Range(0, own).Select(i => (manifest * 31 + i * 7) % Math.Min(Pool, objects)));
            var text = ManifestText.Write(new Manifest([Entry("/", EntryType.Directory, null), .. numbers.Select((number, i) => Entry($"/file-{i:d6}", EntryType.File, Digest(number)))]));
            roots[manifest] = Sha256Digest.Of(text);
            File.WriteAllBytes(store.Layout.ManifestOf(roots[manifest]), text);
        });
        File.WriteAllLines(Path.Combine(store.Layout.Store, "metadata", "roots"), roots.Where((_, number) => number % 5 != 0).Select(root => root.ToString()));
        return $"{objects} objects, {manifests} manifests";
    }

    public static string Run(string folder)
    {
        using var store = ContentStore.Open(folder);
        ImmutableArray<StoreRoot> roots =
            [.. File.ReadLines(Path.Combine(store.Layout.Metadata, "roots")).Select(line => new StoreRoot(Sha256Digest.Parse(line), null, "environment"))];
        var collection = new GarbageCollection(store, new GarbageRules { Roots = () => roots });
        var started = Stopwatch.GetTimestamp();
        var plan = collection.Plan();
        var marked = Stopwatch.GetElapsedTime(started);
        collection.Sweep(plan);
        var all = Stopwatch.GetElapsedTime(started);
        var peak = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal)).Split(':')[1].Trim();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"kept {plan.KeptObjects.Count} objects, removed {plan.Objects.Count} and {plan.Manifests.Length} manifests: planned in {marked.TotalSeconds:0.00} s, all in {all.TotalSeconds:0.00} s, cpu {Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds:0.00} s, peak {peak}");
    }

    private static Sha256Digest Digest(int number) => Sha256Digest.Of(Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)));

    private static ManifestEntry Entry(string path, EntryType type, Sha256Digest? content) => new()
    {
        Path = TreePath.FromText(path),
        Type = type,
        Mode = 0x1a4,
        Uid = 0,
        Gid = 0,
        Mtime = new FileTime(1_700_000_000),
        Size = content is null ? 0 : 1,
        Content = content,
    };
}
