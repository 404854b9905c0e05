using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Composition;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Store.Tests;

/// <summary>What gc keeps and removes, on small stores.</summary>
public sealed class GarbageTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly ContentStore _store;
    private ImmutableArray<StoreRoot> _roots = [];

    public GarbageTests()
    {
        Requires.Root();
        _store = ContentStore.Open(_temp.At("ez"));
    }

    public void Dispose()
    {
        _store?.Dispose();
        _temp.Dispose();
    }

    private GarbageCollection Collection => new(_store, new GarbageRules { Roots = () => _roots });

    [Fact]
    public void The_newest_versions_of_a_template_stay_as_many_as_the_newest_says()
    {
        for (var i = 0; i < 6; i++)
        {
            Build("os", i, keep: 2, ("p" + i, [$"own {i}", "common"]));
        }

        var plan = Collection.Plan();
        Assert.Equal([false, false, false, false, true, true], plan.Versions.Select(fate => fate.IsKept));
        Assert.Equal((4, 4, 4L), (plan.Manifests.Length, plan.Contents.Length, plan.Objects.Count));

        var before = DiskUse.Of(_store.Layout.Store)!.Value;
        var removed = Collection.Sweep(plan);

        Assert.Equal(plan.FreedBytes, removed.Bytes);
        Assert.Equal(["1.0.4", "1.0.5"], _store.Versions.List("os").Select(version => version.Reference.Version.ToNormalizedString()));
        Assert.True(_store.Objects.Has(Given.Digest("common")));
        Assert.False(_store.Objects.Has(Given.Digest("own 3")));
        Assert.InRange(before - DiskUse.Of(_store.Layout.Store)!.Value, removed.Bytes - 65536, removed.Bytes + 65536);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_store.Layout.Work));
        Assert.Equal(0, Collection.Plan().FreedBytes);
    }

    [Fact]
    public void What_an_environment_maps_to_stays_with_its_version_and_packages()
    {
        for (var i = 0; i < 4; i++)
        {
            Build("os", i, keep: 1, ("p" + i, [$"own {i}"]));
        }

        _roots = [new StoreRoot(_store.Versions.List("os")[1].Manifest, null, "environment web")];
        Collection.Sweep(Collection.Plan());

        Assert.Equal(["1.0.1", "1.0.3"], _store.Versions.List("os").Select(version => version.Reference.Version.ToNormalizedString()));
        Assert.True(_store.HasContents(Given.Digest("p1")));
        Assert.Contains("environment web", Collection.Plan().Versions[0].KeptBy);
    }

    [Fact]
    public void What_scripts_said_goes_with_its_template_and_what_was_never_built_after_a_week()
    {
        Build("os", 0, keep: 1, ("p0", ["own"]));
        Build("c++", 0, keep: 1, ("p0", ["own"]));
        foreach (var (template, days) in ((string, int)[])[("os", 30), ("c++", 30), ("os+c++", 30), ("os+gone", 8), ("gone", 8), ("never-built", 6)])
        {
            Say(template, days);
        }

        Collection.Sweep(Collection.Plan());
        Assert.Equal(["c++", "never-built", "os", "os+c++"], Said());

        Collection.RemoveVersions([_store.Versions.List("os")[0].Reference], () => { });
        Assert.Equal(["c++", "never-built", "os+c++"], Said());
        using (var writer = _store.BeginWriting())
        {
            writer.ForgetScriptOutput("c++");
            writer.ForgetScriptOutput("os");
        }

        Assert.Equal(["never-built", "os+c++"], Said());
    }

    [Fact]
    public void What_is_said_between_plan_and_sweep_stays()
    {
        Say("gone", 8);
        var plan = Collection.Plan();
        Assert.Single(plan.Strays);
        Say("gone", 0);
        Collection.Sweep(plan);
        Assert.Equal(["gone"], Said());
    }

    /// <summary>A build of the template has failed so many days ago.</summary>
    private void Say(string template, int days)
    {
        using var writer = _store.BeginWriting();
        var file = Path.Combine(writer.MakePassingFolder(), "output");
        File.WriteAllText(file, "no such luck\n");
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-days));
        Assert.Equal(_store.Layout.ScriptOutputOf(template), writer.KeepScriptOutput(file, template));
    }

    private IEnumerable<string> Said() => Directory.EnumerateFiles(_store.Layout.ScriptOutputs).Select(path => Path.GetFileNameWithoutExtension(path)!).Order(StringComparer.Ordinal);

    [Fact]
    public void A_manifest_that_a_running_command_has_locked_stays_with_its_objects()
    {
        Build("os", 0, keep: 1, ("p0", ["held"]));
        var held = _store.Versions.List("os")[0].Manifest;
        Build("os", 1, keep: 1, ("p1", ["other"]));
        using (var run = File.OpenHandle(_store.Layout.ManifestOf(held)))
        {
            Assert.True(Native.Libc.TryLock(run, FileLockMode.Shared));
            Collection.Sweep(Collection.Plan());
            Assert.Single(Collection.Plan().Held);
            Assert.True(_store.Objects.Has(Given.Digest("held")));
            Assert.True(Directory.Exists(_store.Layout.TreeOf(held)));
            Assert.Equal(held, Sha256Digest.Of(File.ReadAllBytes(_store.Layout.ManifestOf(held))));
        }

        Collection.Sweep(Collection.Plan());
        Assert.False(_store.Objects.Has(Given.Digest("held")));
    }

    /// <summary>Between the plan and the sweep: the same version again, another with an old object, an environment, an unfinished build, a run.</summary>
    [Fact]
    public void What_came_since_the_plan_is_kept_with_all_it_names()
    {
        for (var i = 0; i < 6; i++)
        {
            Build("os", i, keep: 1, ("p" + i, [$"own {i}"]));
        }

        var versions = _store.Versions.List("os");
        var collection = Collection;
        var plan = collection.Plan();
        Build("other", 0, keep: 1, ("p0", ["own 0"]), ("fresh", ["own 1"]));
        _roots = [new StoreRoot(versions[2].Manifest, null, "environment new")];
        Ingest(("unfinished", ["own 3"]));
        using var run = File.OpenHandle(_store.Layout.ManifestOf(versions[4].Manifest));
        Assert.True(Native.Libc.TryLock(run, FileLockMode.Shared));

        collection.Sweep(plan);

        Assert.Equal([true, true, true, true, true, true], Enumerable.Range(0, 6).Select(i => _store.Objects.Has(Given.Digest($"own {i}"))));
        Assert.True(_store.HasContents(Given.Digest("p0")) && _store.HasContents(Given.Digest("fresh")) && _store.HasContents(Given.Digest("unfinished")));
        Assert.False(File.Exists(_store.Layout.ManifestOf(versions[1].Manifest)));
        _store.Versions.ReadManifest(versions[2].Manifest);
    }

    [Fact]
    public void What_decides_and_cannot_be_read_stops_it()
    {
        Build("os", 0, keep: 1, ("p0", ["a"]));
        var manifest = _store.Layout.ManifestOf(_store.Versions.List("os")[0].Manifest);
        File.WriteAllBytes(manifest, [.. File.ReadAllBytes(manifest)[..^1], (byte)'!', (byte)'\n']);
        var refused = Assert.Throws<StoreException>(Collection.Plan);
        Assert.Equal("ez store check --repair", refused.Hint);
    }

    [Fact]
    public void A_damaged_composition_stops_nothing_and_stays_only_where_an_environment_maps_to_it()
    {
        Build("os", 0, keep: 1, ("p0", ["a"]));
        Sha256Digest[] damaged = [Given.Digest("unnamed"), Given.Digest("mapped")];
        foreach (var composition in damaged)
        {
            File.WriteAllText(_store.Layout.CompositionOf(composition), "{\"manifest\": 5}");
        }

        _roots = [new StoreRoot(_store.Versions.List("os")[0].Manifest, damaged[1], "environment web")];
        Collection.Sweep(Collection.Plan());
        Assert.Equal([false, true], damaged.Select(composition => File.Exists(_store.Layout.CompositionOf(composition))));
    }

    /// <summary>The clock jumps, so each step is a batch; the writer is known to wait before the first batch goes on.</summary>
    [Fact]
    public async Task A_writer_gets_in_before_a_sweep_of_many_batches_ends()
    {
        using var store = ContentStore.Open(_temp.At("ez"), new StoreOptions { Time = new JumpingTime() });
        for (var i = 0; i < 5; i++)
        {
            Build("os", i, keep: 1, ("p" + i, [$"own {i}"]));
        }

        var (refreshes, done, total, seen) = (0, 0L, 0L, -1L);
        using var waits = new ManualResetEventSlim();
        Task? writing = null;
        var rules = new GarbageRules
        {
            Roots = () =>
            {
                // The first is the plan's; gc has the lock at the second.
                if (++refreshes == 2)
                {
                    writing = Task.Run(() =>
                    {
                        using var writer = store.BeginWriting(new LockPatience(_ => waits.Set()));
                        seen = Interlocked.Read(ref done);
                    });
                    waits.Wait();
                }

                return [];
            },
            Progress = (now, all) => (done, total) = (now, all),
        };
        var collection = new GarbageCollection(store, rules);
        collection.Sweep(collection.Plan());
        await writing!;
        Assert.InRange(seen, 1, total - 1);
    }

    [Fact]
    public void A_manifest_that_is_there_keeps_its_file_when_it_is_made_again()
    {
        Build("os", 0, keep: 1, ("p0", ["a"]));
        var version = _store.Versions.List("os")[0];
        var manifest = _store.Versions.ReadManifest(version.Manifest);
        var path = _store.Layout.ManifestOf(version.Manifest);
        var inode = Native.Libc.Status(null, path).Inode;
        var right = File.ReadAllBytes(path);
        File.AppendAllText(path, "damage");
        using (var writer = _store.BeginWriting())
        {
            writer.CommitComposition(new ComposedManifest(manifest, new Provenance { Packages = [], PackageOfEntry = [.. manifest.Entries.Select(_ => -1)] }), Given.Digest("composition"), digest => [.. digest.ToString().Select(digit => (byte)digit)]);
        }

        Assert.Equal(inode, Native.Libc.Status(null, path).Inode);
        Assert.Equal(right, File.ReadAllBytes(path));
    }

    [Fact]
    public void Archives_go_by_their_last_use_and_needed_ones_last()
    {
        Build("os", 0, keep: 1, ("p0", ["a"]));
        string[] names = [Given.Digest("p0").ToString(), Given.Digest("old").ToString(), Given.Digest("new").ToString(), Given.Digest("cut") + ".part"];
        for (var i = 0; i < names.Length; i++)
        {
            var file = Path.Combine(_store.Layout.Archives, names[i]);
            File.WriteAllBytes(file, new byte[40960]);
            File.SetLastWriteTimeUtc(file, new DateTime(2024, 1, i == 2 ? 20 : 10 + i, 0, 0, 0, DateTimeKind.Utc));
        }

        GarbagePlan PlanWith(long quota) => new GarbageCollection(_store, new GarbageRules { Roots = () => _roots, ArchiveQuota = quota }).Plan();

        Assert.Empty(PlanWith(4 * 40960).Archives);
        Assert.Equal([names[1]], PlanWith(3 * 40960).Archives.Select(archive => archive.Name));
        Assert.Equal([names[1], names[3], names[2]], PlanWith(40960).Archives.Select(archive => archive.Name));
        Assert.Equal([false, false, false, true], PlanWith(0).Archives.Select(archive => archive.IsNeeded));
        var plan = PlanWith(40960);
        File.SetLastWriteTimeUtc(Path.Combine(_store.Layout.Archives, names[1]), DateTime.UtcNow);
        Collection.Sweep(plan);
        Assert.Equal(new[] { names[0], names[1] }.Order(), Directory.EnumerateFiles(_store.Layout.Archives).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_removal_that_was_killed_between_two_files_is_ended()
    {
        Build("os", 0, keep: 1, ("p0", ["a"]));
        Build("os", 1, keep: 1, ("p1", ["b"]));
        var first = _store.Versions.List("os")[0].Reference;
        File.Delete(_store.Layout.VersionRecordOf(first.Template, first.Version));
        Collection.Sweep(Collection.Plan());
        Assert.False(File.Exists(_store.Layout.VersionLockOf(first.Template, first.Version)));
        Assert.False(File.Exists(_store.Layout.VersionProvenanceOf(first.Template, first.Version)));
        Assert.False(_store.HasContents(Given.Digest("p0")));
    }

    private sealed class JumpingTime : TimeProvider
    {
        private long _now;

        public override long GetTimestamp() => Interlocked.Add(ref _now, TimestampFrequency);
    }

    private void Ingest(params (string Name, string[] Objects)[] packages) => GarbageGround.Ingest(_store, packages);

    private void Build(string template, int number, int keep, params (string Name, string[] Objects)[] packages) =>
        GarbageGround.Build(_store, template, number, keep, packages);
}
