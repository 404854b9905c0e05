using System.Collections.Concurrent;
using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Repositories.Tests;

public sealed class PackageFetcherTests
{
    public static TheoryData<string> PassingFaults => ["truncate", "reset", "503", "429"];

    [Theory]
    [MemberData(nameof(PassingFaults))]
    public async Task A_fault_that_passes_is_got_over_on_one_mirror(string fault)
    {
        using var ground = new FetchGround();
        var item = ground.Publish("file");
        ground.Mirrors[0].Add(fault switch
        {
            "truncate" => new ServerFault { TruncateAfter = 100_000 },
            "reset" => new ServerFault { ResetAfter = 100_000 },
            "503" => new ServerFault { Status = 503, RetryAfter = "7" },
            _ => new ServerFault { Status = 429 },
        });
        var report = await ground.FetchAsync(item);
        Assert.Empty(report.Failures);
        FetchGround.AssertWhole(item);
        Assert.Equal(2, ground.Mirrors[0].Requests.Count);
        if (fault == "503")
        {
            Assert.Contains(TimeSpan.FromSeconds(7), ground.Time.Skipped);
        }
    }

    [Fact]
    public async Task A_cut_transfer_goes_on_where_it_stopped_at_the_next_mirror()
    {
        using var ground = new FetchGround(2);
        var item = ground.Publish("file");
        ground.Mirrors[0].Add(new ServerFault { TruncateAfter = 131_072, Times = 100 });
        var report = await ground.FetchAsync(item);
        FetchGround.AssertWhole(item);
        Assert.Equal(item.Size, report.BytesFetched);
        var second = Assert.Single(ground.Mirrors[1].Requests);
        Assert.Equal("bytes=131072-", second.ByteRange);
        Assert.Equal(206, second.Status);
    }

    [Fact]
    public async Task A_part_left_by_an_earlier_command_is_resumed()
    {
        using var ground = new FetchGround();
        var item = ground.Publish("file");
        await File.WriteAllBytesAsync(item.DestinationPath + ".part", File.ReadAllBytes(Path.Combine(ground.Files, "file"))[..200_000], TestContext.Current.CancellationToken);
        var report = await ground.FetchAsync(item);
        FetchGround.AssertWhole(item);
        Assert.Equal(100_000, report.BytesFetched);
    }

    [Fact]
    public async Task A_part_with_wrong_bytes_is_given_up_and_fetched_anew_from_the_same_mirror()
    {
        using var ground = new FetchGround();
        var item = ground.Publish("file");
        await File.WriteAllBytesAsync(item.DestinationPath + ".part", new byte[1000], TestContext.Current.CancellationToken);
        Assert.Empty((await ground.FetchAsync(item)).Failures);
        FetchGround.AssertWhole(item);
    }

    [Fact]
    public async Task A_whole_answer_to_a_range_request_restarts_the_file()
    {
        using var ground = new FetchGround();
        ground.Mirrors[0].Ranges = false;
        var item = ground.Publish("file");
        ground.Mirrors[0].Add(new ServerFault { TruncateAfter = 100_000 });
        var report = await ground.FetchAsync(item);
        Assert.Empty(report.Failures);
        FetchGround.AssertWhole(item);
        Assert.Equal([200, 200], ground.Mirrors[0].Requests.Select(r => r.Status));
        Assert.NotNull(ground.Mirrors[0].Requests[1].ByteRange);
    }

    [Fact]
    public async Task A_mirror_that_stalls_is_left_for_the_next()
    {
        using var ground = new FetchGround(2, TimeSpan.FromMilliseconds(400));
        var item = ground.Publish("file");
        ground.Mirrors[0].Add(new ServerFault { StallAfter = 65_536, Times = 100 });
        var report = await ground.FetchAsync(item);
        Assert.Empty(report.Failures);
        FetchGround.AssertWhole(item);
        Assert.NotEmpty(ground.Mirrors[1].Requests);
    }

    [Fact]
    public async Task Wrong_content_is_taken_from_another_mirror()
    {
        using var ground = new FetchGround(2);
        var item = ground.Publish("file");
        ground.Mirrors[0].Add(new ServerFault { WrongByteAt = 5, Times = 100 });
        Assert.Empty((await ground.FetchAsync(item)).Failures);
        FetchGround.AssertWhole(item);
    }

    [Fact]
    public async Task A_mirror_that_sent_every_wrong_byte_is_not_asked_again()
    {
        using var ground = new FetchGround();
        var item = ground.Publish("file");
        ground.Mirrors[0].Add(new ServerFault { WrongByteAt = 5, Times = 100 });
        Assert.Equal(FetchFailureKind.WrongContent, Assert.Single((await ground.FetchAsync(item)).Failures).Kind);
        Assert.Single(ground.Mirrors[0].Requests);
    }

    [Fact]
    public async Task A_pause_that_one_mirror_asks_for_is_kept_while_others_fail()
    {
        using var ground = new FetchGround(2);
        var item = ground.Publish("file");
        ground.Mirrors[0].Add(new ServerFault { Status = 429, RetryAfter = "30" });
        ground.Mirrors[1].Add(new ServerFault { Status = 408, Times = 100 });
        Assert.Empty((await ground.FetchAsync(item)).Failures);
        FetchGround.AssertWhole(item);
        Assert.True(ground.Time.Skipped.Aggregate(TimeSpan.Zero, (sum, pause) => sum + pause) >= TimeSpan.FromSeconds(29));
        Assert.True(ground.Mirrors[1].Requests.Count > 1);
    }

    [Fact]
    public async Task Every_mirror_is_asked_however_many_there_are()
    {
        using var ground = new FetchGround(13);
        var item = ground.Publish("file");
        for (var i = 0; i < 12; i++)
        {
            ground.Mirrors[i].Add(new ServerFault { Status = 404, Times = 100 });
        }

        Assert.Empty((await ground.FetchAsync(item)).Failures);
        FetchGround.AssertWhole(item);
        Assert.All(ground.Mirrors, mirror => Assert.Single(mirror.Requests));
    }

    [Fact]
    public async Task One_bad_file_stops_no_other_and_its_failure_tells_all()
    {
        using var ground = new FetchGround(2);
        var good = Enumerable.Range(0, 20).Select(i => ground.Publish($"good{i}", 10_000 + i)).ToArray();
        var bad = ground.Publish("bad");
        foreach (var mirror in ground.Mirrors)
        {
            mirror.Add(new ServerFault { Path = "/bad", WrongByteAt = 9, Times = 100 });
        }

        var report = await ground.FetchAsync([.. good, bad]);
        Assert.Equal(good, report.Present);
        Assert.All(good, FetchGround.AssertWhole);
        var failure = Assert.Single(report.Failures);
        Assert.Equal(FetchFailureKind.WrongContent, failure.Kind);
        Assert.Contains("`bad`", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"expected SHA-256 {bad.Digest}, got ", failure.Message, StringComparison.Ordinal);
        Assert.All(ground.Mirrors, m => Assert.Contains(m.Address, failure.Message, StringComparison.Ordinal));
        Assert.False(File.Exists(bad.DestinationPath));
        Assert.Equal(FailureKind.Untrusted, Assert.Throws<EzException>(report.ThrowIfFailed).Kind);
    }

    [Fact]
    public async Task A_body_beyond_the_promised_size_is_cut_off()
    {
        using var ground = new FetchGround();
        var item = ground.Publish("file", 1000);
        ground.Mirrors[0].Add(new ServerFault { Instead = new byte[50_000_000], Times = 100 });
        var report = await ground.FetchAsync(item);
        Assert.Equal(FetchFailureKind.WrongContent, Assert.Single(report.Failures).Kind);
        Assert.True(report.BytesFetched < 1_000_000);
        Assert.Contains("expected 1000 bytes", report.Failures[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Not_found_on_one_mirror_is_found_on_the_next_and_nowhere_is_told_apart()
    {
        using var ground = new FetchGround(2);
        var here = ground.Publish("here");
        ground.Mirrors[0].Add(new ServerFault { Path = "/here", Status = 404, Times = 100 });
        var gone = ground.Publish("gone");
        File.Delete(Path.Combine(ground.Files, "gone"));
        var report = await ground.FetchAsync(here, gone);
        FetchGround.AssertWhole(here);
        var failure = Assert.Single(report.Failures);
        Assert.Equal(FetchFailureKind.NotFoundEverywhere, failure.Kind);
        Assert.Empty(ground.Time.Skipped);
        Assert.Equal(FailureKind.Fetch, Assert.Throws<EzException>(report.ThrowIfFailed).Kind);
    }

    [Fact]
    public async Task A_mirror_that_is_down_is_given_up_after_some_rounds()
    {
        using var ground = new FetchGround();
        var item = ground.Publish("file");
        ground.Mirrors[0].Dispose();
        var report = await ground.FetchAsync(item);
        var failure = Assert.Single(report.Failures);
        Assert.Equal(FetchFailureKind.Unreachable, failure.Kind);
        Assert.Contains("refuses the connection", failure.Message, StringComparison.Ordinal);
        Assert.NotEmpty(ground.Time.Skipped);
    }

    [Fact]
    public async Task A_pause_longer_than_we_wait_is_a_failure()
    {
        using var ground = new FetchGround();
        var item = ground.Publish("file");
        ground.Mirrors[0].Add(new ServerFault { Status = 503, RetryAfter = "86400", Times = 100 });
        Assert.Equal(FetchFailureKind.Unreachable, Assert.Single((await ground.FetchAsync(item)).Failures).Kind);
        Assert.Single(ground.Mirrors[0].Requests);
    }

    [Fact]
    public async Task The_second_time_asks_for_nothing_and_a_damaged_file_is_fetched_again()
    {
        using var ground = new FetchGround();
        var item = ground.Publish("file");
        await ground.FetchAsync(item);
        ground.Mirrors[0].ClearLog();
        Assert.Equal(0, (await ground.FetchAsync(item)).BytesFetched);
        Assert.Empty(ground.Mirrors[0].Requests);
        await File.WriteAllBytesAsync(item.DestinationPath, new byte[item.Size], TestContext.Current.CancellationToken);
        await ground.FetchAsync(item);
        FetchGround.AssertWhole(item);
    }

    [Fact]
    public async Task Offline_asks_no_mirror()
    {
        using var ground = new FetchGround();
        var item = ground.Publish("file");
        var report = await new PackageFetcher(ground.Client).FetchAsync([item], new FetchOptions { Offline = true });
        Assert.Contains("--offline", Assert.Single(report.Failures).Message, StringComparison.Ordinal);
        Assert.Empty(ground.Mirrors[0].Requests);
    }

    [Fact]
    public async Task The_total_is_known_at_the_start_and_reached_at_the_end()
    {
        using var ground = new FetchGround(2);
        FetchItem[] items = [ground.Publish("a", 1000), ground.Publish("b", 200_000)];
        ground.Mirrors[0].Add(new ServerFault { Path = "/b", WrongByteAt = 3 });
        ground.Mirrors[1].Add(new ServerFault { Path = "/b", TruncateAfter = 100 });
        var seen = new ConcurrentQueue<FetchProgress>();
        await new PackageFetcher(ground.Client).FetchAsync(items, new FetchOptions { Progress = seen.Enqueue, Cancel = TestContext.Current.CancellationToken });
        Assert.Equal(new FetchProgress(201_000, 0, 2, 0), seen.First());
        Assert.All(seen, p => Assert.Equal((201_000, 2), (p.TotalBytes, p.TotalFiles)));
        Assert.Contains(new FetchProgress(201_000, 201_000, 2, 2), seen);
    }

    [Fact]
    public async Task Files_come_from_a_mirror_in_a_folder()
    {
        using var ground = new FetchGround();
        var item = ground.Publish("file");
        item = item with { Candidates = [new Uri("file://" + Path.Combine(ground.Files, "file"))] };
        Assert.Empty((await ground.FetchAsync(item)).Failures);
        FetchGround.AssertWhole(item);
    }

    [Fact]
    public async Task The_faster_mirror_is_asked_first_and_statistics_come_back()
    {
        using var ground = new FetchGround(2);
        var item = ground.Publish("file");
        var known = new[]
        {
            new MirrorStatistics(ground.Mirrors[0].Address, 10_000_000, 100, 5, 0),
            new MirrorStatistics(ground.Mirrors[1].Address, 10_000_000, 1, 5, 0),
        };
        using var client = new MirrorClient(known: known);
        var report = await new PackageFetcher(client).FetchAsync([item], new FetchOptions { Cancel = TestContext.Current.CancellationToken });
        Assert.Empty(ground.Mirrors[0].Requests);
        Assert.Equal(10_000_000 + item.Size, report.Mirrors.Single(m => m.Mirror == ground.Mirrors[1].Address).Bytes);
        Assert.StartsWith("ez/", ground.Mirrors[1].Requests[0].Headers["user-agent"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_at_once_share_one_part_and_one_download()
    {
        using var ground = new FetchGround();
        var item = ground.Publish("file", 2_000_000);
        var reports = await Task.WhenAll(ground.FetchAsync(item), ground.FetchAsync(item));
        Assert.All(reports, r => Assert.Empty(r.Failures));
        FetchGround.AssertWhole(item);
        Assert.Equal(item.Size, reports.Sum(r => r.BytesFetched));
    }

    [Fact]
    public async Task A_destination_that_cannot_be_written_is_the_disks_failure()
    {
        using var ground = new FetchGround();
        var item = ground.Publish("file");
        Directory.CreateDirectory(item.DestinationPath + ".part");
        var report = await ground.FetchAsync(item);
        Assert.Equal(FetchFailureKind.Disk, Assert.Single(report.Failures).Kind);
        Assert.Equal(FailureKind.Store, Assert.Throws<EzException>(report.ThrowIfFailed).Kind);
    }
}
