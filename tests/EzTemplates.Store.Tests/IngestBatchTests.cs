using EzTemplates.Domain;
using EzTemplates.Store.Native;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Store.Tests;

public sealed class IngestBatchTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly ContentStore _store;

    public IngestBatchTests() => _store = ContentStore.Open(_temp.At("ez"));

    public void Dispose()
    {
        _store.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void Content_that_two_packages_share_is_stored_once()
    {
        var large = new string('L', 700_000);
        using var writer = _store.BeginWriting();
        using var batch = writer.BeginIngest();
        batch.AddPackage("p", ("/a", "same"), ("/b", "other"), ("/empty", ""), ("/large", large));
        batch.AddPackage("q", ("/c", "same"), ("/d", large));
        batch.Complete();
        Assert.Equal(new ObjectStatistics(2, 0, 4, 700_009, 2, 700_004), batch.Statistics);
        foreach (var content in (string[])["same", "other", "", large])
        {
            Assert.True(_store.Objects.Verify(Given.Digest(content)));
            var status = Libc.Status(null, _store.Layout.ObjectOf(Given.Digest(content)));
            Assert.Equal((0b100_100_100, new FileTime(1), content.Length), (status.Mode, status.Mtime, status.Size));
        }

        Assert.False(File.Exists(_store.Layout.Dirty));
        Assert.Equal(Given.Contents("q", ("/c", "same"), ("/d", large)).Entries, _store.FindContents(Given.Digest("q"))!.Entries);
    }

    [Fact]
    public void Without_completion_the_store_is_as_it_was()
    {
        var before = StoreSnapshot.Take(_store.Layout.Store, "lock", "locks");
        using (var writer = _store.BeginWriting())
        using (var batch = writer.BeginIngest())
        {
            batch.AddPackage("p", ("/a", "some content"));
            var refused = Assert.Throws<EzException>(() => batch.Add(Given.Digest("r"), "r", sink =>
            {
                sink(new MemoryStream([1, 2, 3]), 3);
                return Given.Contents("another");
            }));
            Assert.Equal(FailureKind.Untrusted, refused.Kind);
        }

        before.AssertSame(StoreSnapshot.Take(_store.Layout.Store, "lock", "locks"));
    }

    [Fact]
    public void What_a_refused_package_brought_is_not_kept_with_the_others()
    {
        using var writer = _store.BeginWriting();
        using var batch = writer.BeginIngest();
        Assert.Throws<EzException>(() => batch.Add(Given.Digest("r"), "r", sink =>
        {
            sink(new MemoryStream([1, 2, 3]), 3);
            return Given.Contents("another");
        }));
        batch.AddPackage("p", ("/a", "good"));
        batch.Complete();
        Assert.False(_store.Objects.Has(Sha256Digest.Of([1, 2, 3])));
        Assert.True(_store.Objects.Has(Given.Digest("good")));
    }

    /// <summary>So it stands when one thread publishes what two brought at once: the slower has noted an object that is published already.</summary>
    [Fact]
    public void An_object_that_was_published_meanwhile_is_no_failure()
    {
        using var writer = _store.BeginWriting();
        using var batch = writer.BeginIngest();
        batch.AddPackage("p", ("/a", "same"), ("/b", "other"));
        var published = _store.Layout.ObjectOf(Given.Digest("same"));
        Directory.CreateDirectory(Path.GetDirectoryName(published)!);
        File.Move(StagedObject("same"), published);
        batch.Complete();
        Assert.NotNull(_store.FindContents(Given.Digest("p")));
        Assert.True(_store.Objects.Verify(Given.Digest("same")));
        Assert.True(_store.Objects.Verify(Given.Digest("other")));
    }

    [Fact]
    public void An_object_that_is_gone_before_it_is_published_fails_its_package()
    {
        using var writer = _store.BeginWriting();
        using var batch = writer.BeginIngest();
        batch.AddPackage("p", ("/a", "lost"));
        File.Delete(StagedObject("lost"));
        Assert.Equal(Errnos.ENOENT, Assert.Throws<StoreException>(batch.Complete).Errno);
        Assert.Null(_store.FindContents(Given.Digest("p")));
    }

    [Fact]
    public async Task Two_commands_that_need_each_others_packages_unpack_each_once()
    {
        var fills = 0;
        var announced = 0;
        using var meet = new Barrier(2);
        void Run(string first, string second)
        {
            using var store = ContentStore.Open(_store.Layout.Root);
            using var writer = store.BeginWriting(new LockPatience(_ => Interlocked.Increment(ref announced)));
            using var batch = writer.BeginIngest();
            void Add(string name) => batch.Add(Given.Digest(name), name, sink =>
            {
                Interlocked.Increment(ref fills);
                sink(new MemoryStream(new byte[name.Length]), name.Length);
                return Given.Contents(name, ("/x", new string('\0', name.Length)));
            });
            Add(first);
            meet.SignalAndWait(TestContext.Current.CancellationToken);
            Add(second);
            batch.Complete();
        }

        await Task.WhenAll(
            Task.Factory.StartNew(() => Run("one", "three"), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default),
            Task.Factory.StartNew(() => Run("three", "one"), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        Assert.Equal(2, fills);
        Assert.NotNull(_store.FindContents(Given.Digest("one")));
        Assert.NotNull(_store.FindContents(Given.Digest("three")));
    }

    [Fact]
    public void Who_waits_for_anothers_sync_is_not_told_of_a_recovery()
    {
        using var cancellation = new CancellationTokenSource();
        LockWaiting? told = null;
        var patience = new LockPatience(
            waiting =>
            {
                told = waiting;
                cancellation.Cancel();
            },
            cancellation.Token);
        using var writer = _store.BeginWriting(patience);
        using var batch = writer.BeginIngest();
        batch.AddPackage("p", ("/a", "content"));
        using (FileLock.TryAcquire(_store.Layout.DirtyLock, FileLockMode.Exclusive))
        {
            Assert.Throws<OperationCanceledException>(batch.Complete);
        }

        Assert.Equal("new objects on their way to disk", told!.What);
    }

    [Fact]
    public void A_full_disk_is_said_and_leaves_the_store_as_it_was()
    {
        Requires.Root();
        Requires.Tool("mount");
        var disk = _temp.MakeFolder("disk");
        ToolRun.Run("mount", "-t", "tmpfs", "-o", "size=2m,mode=0700", "tmpfs", disk).Succeed();
        try
        {
            using var store = ContentStore.Open(Path.Combine(disk, "ez"));
            var before = StoreSnapshot.Take(store.Layout.Store, "lock", "locks");
            using (var writer = store.BeginWriting())
            using (var batch = writer.BeginIngest())
            {
                batch.AddPackage("small", ("/a", "fits"));
                var full = Assert.Throws<StoreException>(() => batch.AddPackage("big", ("/b", new string('b', 4_000_000))));
                Assert.Equal(Errnos.ENOSPC, full.Errno);
                Assert.Contains("No space left", full.Message, StringComparison.Ordinal);
                Assert.NotNull(full.Hint);
            }

            before.AssertSame(StoreSnapshot.Take(store.Layout.Store, "lock", "locks"));
        }
        finally
        {
            ToolRun.Run("umount", disk).Succeed();
        }
    }

    private string StagedObject(string content) =>
        Directory.EnumerateFiles(_store.Layout.Work, Given.Digest(content).ToString(), SearchOption.AllDirectories).Single();
}
