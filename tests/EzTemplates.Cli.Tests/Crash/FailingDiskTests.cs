using System.Globalization;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>A disk that is full or broken: told as such, nothing half done stays, and the same command succeeds afterwards.</summary>
public sealed class FailingDiskTests : IDisposable
{
    private static readonly string[] Written = ["write", "pwrite64", "fsync", "syncfs", "linkat", "rename", "renameat2"];

    private static readonly string[] Cached = ["store/archives/", "store/metadata"];

    private static readonly string[] Replaced = ["store/metadata/accepted/", "recipes: small.amd64"];

    private static readonly string[] Whole = ["recipes: small.amd64", "store/data/", "store/contents/", "store/manifests/", "store/images/", "store/trees/"];

    private readonly CrashGround _ground;

    public FailingDiskTests()
    {
        Requires.Root();
        Strace.Require();
        _ground = new CrashGround();
    }

    [Theory]
    [InlineData("ENOSPC", "No space left on device", "free space")]
    [InlineData("EIO", "Input/output error", "dmesg")]
    public void A_call_that_the_disk_refuses_ends_the_command_with_6_and_leaves_the_store_as_it_was(string error, string cause, string hint)
    {
        var random = TestSeed.Random("failing disk " + error);
        var judged = 0;
        foreach (var step in _ground.Steps)
        {
            _ground.Begin(step);
            var calls = Strace.Positions(_ground.Ez, step.Command, Log, _ground.Run);
            var points = calls.Where(row => Written.Contains(row.Key)).SelectMany(row => row.Value.Select(number => (Call: row.Key, Number: number)));
            foreach (var (call, number) in points.OrderBy(_ => random.Next()).Take(TestScale.Of(1, 60)).ToList())
            {
                _ground.Begin(step);
                var before = CrashPicture.OfFiles(_ground);
                var run = Strace.Tamper(_ground.Ez, step.Command, Log, (call, "error=" + error, number.ToString(CultureInfo.InvariantCulture)));
                var what = string.Create(CultureInfo.InvariantCulture, $"{error} from {call} {number}: {run.Injected}");
                if (run.IsBelow(_ground.Run) && !MayBeRefused(run.Injected!))
                {
                    AssertRefused(step, run, before, what, (cause, hint));
                    judged++;
                }

                _ground.AssertRecovered(step, what);
            }
        }

        TestNotes.Write($"{judged} runs met {error} on a file of theirs; {TestSeed.Hint}");
        Assert.True(judged > 0, "no run met its error");
    }

    /// <summary>What becomes a lock, and what guards against an older Release, is on the disk or the command has failed.</summary>
    [Fact]
    public void A_sync_that_the_disk_refuses_is_heeded()
    {
        var step = _ground.Step("update");
        foreach (var place in (string[])[_ground.Recipe.Replace(".yaml", ".amd64.lock.json.new", StringComparison.Ordinal), Path.Combine(_ground.Store, "store/metadata/work")])
        {
            _ground.Begin(step);
            var number = Strace.Positions(_ground.Ez, step.Command, Log, place)["fsync"][0];
            _ground.Begin(step);
            var before = CrashPicture.OfFiles(_ground);
            var run = Strace.Tamper(_ground.Ez, step.Command, Log, ("fsync", "error=EIO", number.ToString(CultureInfo.InvariantCulture)));
            Assert.True(run.IsBelow(place), $"another call was met: {run.Injected}");
            AssertRefused(step, run, before, $"EIO from {run.Injected}", ("Input/output error", "dmesg"));
        }
    }

    [Fact]
    public void A_disk_that_fills_up_in_mid_build_stops_it_and_with_space_again_it_goes_on()
    {
        var step = _ground.Step("build");
        var full = 0;
        foreach (var kilobytes in TestScale.IsFull ? Enumerable.Range(1, 30).Select(i => i * 100) : [400, 900, 1500])
        {
            _ground.Begin(step);
            var size = string.Create(CultureInfo.InvariantCulture, $"size={kilobytes}k");
            ToolRun.Run("mount", "-t", "tmpfs", "-o", size + ",mode=700", "tmpfs", _ground.Store).Succeed();
            var run = _ground.Ez.Run(step.Command);
            Assert.True(run.ExitCode is 0 or 6, $"with {size} it ended with {run.ExitCode}: {run.Error}");
            if (run.ExitCode == 6)
            {
                // Too little for what is known before the work, or it ran out in the midst of it.
                Assert.Matches("No space left on device(.|\n)*\nhint: free space|needs .* at least, .* are free in(.|\n)*\nhint: ez store gc", run.Error);
                full++;
            }

            ToolRun.Run("mount", "-o", "remount,size=64m", _ground.Store).Succeed();
            _ground.AssertRecovered(step, "on a disk with " + size);
        }

        Assert.True(full > 0, "the disk was never full");
    }

    public void Dispose() => _ground?.Dispose();

    private string Log => Path.Combine(_ground.Temp, "strace.log");

    /// <summary>
    /// What may fail without harm: an index that is rebuilt (SQLite also syncs its folder, the store's root, and nothing else does),
    /// a lock's signature, the metadata's place in an order, the record of commands.
    /// </summary>
    private bool MayBeRefused(string call) =>
        call.Contains("/catalog.db", StringComparison.Ordinal) || call.Contains("/store/history>", StringComparison.Ordinal) || call.Contains($"<{_ground.Store}>", StringComparison.Ordinal) || call.Contains("/store/locks/", StringComparison.Ordinal) || call.Contains(".lock>", StringComparison.Ordinal);

    private void AssertRefused(CrashStep step, TamperedRun run, CrashPicture before, string what, (string Cause, string Hint) text)
    {
        Assert.True(run.Run.ExitCode == 6, $"{step} after {what} ended with {run.Run.ExitCode}: {run.Run.Error} ({TestSeed.Hint})");
        Assert.True(run.Run.Error.Contains(text.Cause, StringComparison.Ordinal), $"{what}: {run.Run.Error}");
        Assert.True(run.Run.Error.Contains("hint: ", StringComparison.Ordinal) && run.Run.Error.Contains(text.Hint, StringComparison.Ordinal), $"{what}: {run.Run.Error}");
        var (gone, come) = before.ChangesTo(CrashPicture.OfFiles(_ground));

        // Objects that have a name, and whose sync was refused, stay in doubt: the mark says so until the next build.
        var isDoubt = run.Injected!.Contains("syncfs(", StringComparison.Ordinal);
        var wrong = come.Where(line => !IsProgress(step, line) && !(isDoubt && line.StartsWith("store/dirty ", StringComparison.Ordinal))).Concat(gone.Where(line => !Replaced.Any(place => line.StartsWith(place, StringComparison.Ordinal)))).ToList();
        Assert.True(wrong.Count == 0, $"{step} after {what} left or lost\n{string.Join('\n', wrong.Take(20))}\n{TestSeed.Hint}");
    }

    /// <summary>
    /// What a failed build leaves and the next one goes on with: archives and metadata; and, byte for byte as after an undisturbed run,
    /// the lock that was made first, and what is named by its content and whole. No version, composition or environment is among it.
    /// </summary>
    private bool IsProgress(CrashStep step, string line) => Cached.Any(place => line.StartsWith(place, StringComparison.Ordinal))
        || (Whole.Any(place => line.StartsWith(place, StringComparison.Ordinal)) && _ground.After(step).Has(line));
}
