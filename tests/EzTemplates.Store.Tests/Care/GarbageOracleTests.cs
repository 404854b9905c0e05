using System.Collections.Immutable;
using System.Globalization;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Store.Tests;

/// <summary>What gc removes of random stores, beside a brute-force oracle.</summary>
public sealed class GarbageOracleTests
{
    [Fact]
    public void On_random_stores_it_removes_exactly_what_a_brute_force_oracle_says()
    {
        Requires.Root();
        var random = TestSeed.Random("random stores");
        for (var round = 0; round < TestScale.Of(6, 60); round++)
        {
            using var temp = new TempFolder();
            using var store = ContentStore.Open(temp.At("ez"));
            var made = RandomStore(store, random);
            var roots = made.Where(_ => random.Next(6) == 0).Select(version => new StoreRoot(version.Manifest, null, "environment e")).ToImmutableArray();
            var (objects, packages, manifests) = Oracle(store, roots);

            var collection = new GarbageCollection(store, new GarbageRules { Roots = () => roots });
            collection.Sweep(collection.Plan());

            Assert.Equal(objects.Order(), Objects(store).Order());
            Assert.Equal(packages.Order(), Names(store.Layout.Contents).Order());
            Assert.Equal(manifests.Order(), Names(store.Layout.Manifests).Order());
            Assert.Equal(manifests.Order(), Names(store.Layout.Trees).Order());
        }
    }

    private static List<TemplateVersionRecord> RandomStore(ContentStore store, Random random)
    {
        for (var i = 0; i < 25; i++)
        {
            var packages = Enumerable.Range(0, random.Next(1, 5))
                .Select(_ => random.Next(20)).Distinct()
                .Select(p => ("p" + p.ToString(CultureInfo.InvariantCulture), Enumerable.Range(0, (p % 4) + 1).Select(o => $"object {(p * 7 % 11) + (o * o)}").Distinct().ToArray()))
                .ToArray();
            if (random.Next(5) == 0)
            {
                GarbageGround.Ingest(store, packages);
            }
            else
            {
                GarbageGround.Build(store, "t" + random.Next(3).ToString(CultureInfo.InvariantCulture), i, random.Next(1, 4), packages);
            }
        }

        return [.. store.Versions.Templates().SelectMany(template => store.Versions.List(template))];
    }

    /// <summary>By names alone: sets of strings, everything read again for everything.</summary>
    private static (HashSet<string> Objects, HashSet<string> Packages, HashSet<string> Manifests) Oracle(ContentStore store, ImmutableArray<StoreRoot> roots)
    {
        var (objects, packages, manifests) = (new HashSet<string>(), new HashSet<string>(), new HashSet<string>());
        foreach (var template in store.Versions.Templates())
        {
            var versions = store.Versions.List(template);
            foreach (var version in versions.Where((version, i) => i >= versions.Length - versions[^1].Keep || roots.Any(root => root.Manifest == version.Manifest)))
            {
                manifests.Add(version.Manifest.ToString());
                packages.UnionWith(store.Versions.ReadLock(version.Reference).Packages.Select(row => row.Sha256.ToString()));
            }
        }

        manifests.UnionWith(roots.Select(root => root.Manifest.ToString()));
        foreach (var object_ in Objects(store))
        {
            if (manifests.Any(name => File.ReadAllText(Path.Combine(store.Layout.Manifests, name)).Contains(object_, StringComparison.Ordinal))
                || packages.Any(name => File.ReadAllText(Path.Combine(store.Layout.Contents, name)).Contains(object_, StringComparison.Ordinal)))
            {
                objects.Add(object_);
            }
        }

        return (objects, packages, manifests);
    }

    private static IEnumerable<string> Names(string folder) => Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path));

    private static IEnumerable<string> Objects(ContentStore store) =>
        Directory.EnumerateFiles(store.Layout.Objects, "*", SearchOption.AllDirectories).Select(path => Path.GetFileName(Path.GetDirectoryName(path)!) + Path.GetFileName(path));
}
