using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Store.Tests;

public sealed class CommandLogTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly ContentStore _store;

    public CommandLogTests() => _store = ContentStore.Open(_temp.At("store"));

    public void Dispose()
    {
        _store.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void A_record_is_read_as_it_was_written_and_a_torn_line_is_left_out()
    {
        var record = Record(1) with { Message = "why `ä`\nand more", Changes = [new CommandChange("web", null, "small@1.0.0", "failed", "busy")] };
        Assert.True(CommandLog.TryAppend(_store.Layout, record));
        File.AppendAllText(_store.Layout.CommandHistory, "{\"at\":\"2024-\n");
        Assert.True(CommandLog.TryAppend(_store.Layout, Record(2)));
        File.AppendAllText(_store.Layout.CommandHistory, "{\"at\":");
        var read = CommandLog.Read(_store.Layout);
        Assert.Equal(2, read.Length);
        Assert.Equal((record.At, record.By, record.Command, record.Outcome, record.ExitCode, record.Message), (read[0].At, read[0].By, read[0].Command, read[0].Outcome, read[0].ExitCode, read[0].Message));
        Assert.Equal(record.Changes, read[0].Changes);
        Assert.Equal(record.Subjects, read[0].Subjects);
    }

    [Fact]
    public void A_full_file_makes_way_and_the_newest_are_kept()
    {
        var filler = new string('x', 900);
        var written = 0;
        for (; new FileInfo(_store.Layout.EarlierCommandHistory) is { Exists: false } || written % 100 != 0; written++)
        {
            Assert.True(CommandLog.TryAppend(_store.Layout, Record(written) with { Message = filler }));
        }

        Assert.InRange(new FileInfo(_store.Layout.EarlierCommandHistory).Length, CommandLog.LargestFile, CommandLog.LargestFile + 2000);
        Assert.Equal(Enumerable.Range(0, written), CommandLog.Read(_store.Layout).Select(record => record.ExitCode));
    }

    [Fact]
    public void Many_at_once_lose_no_line()
    {
        Parallel.For(0, 400, number => CommandLog.TryAppend(_store.Layout, Record(number)));
        Assert.Equal(Enumerable.Range(0, 400), CommandLog.Read(_store.Layout).Select(record => record.ExitCode).Order());
    }

    [Fact]
    public void Nothing_is_written_where_there_is_no_store() =>
        Assert.False(CommandLog.TryAppend(new StoreLayout(_temp.At("absent")), Record(1)) || Directory.Exists(_temp.At("absent")));

    private static CommandRecord Record(int number) =>
        new(new DateTimeOffset(2024, 6, 1, 0, 0, 0, TimeSpan.Zero), "root 12 ez env create", "env create", ["web", "db"], "done", number, null, []);
}
