using System.Diagnostics;
using System.Globalization;
using EzTemplates.Testing;

namespace EzTemplates.Environments.Tests.Bounds;

/// <summary>Groups that an `ez` left which was killed, and those of one that lives.</summary>
public sealed class GroupFoldersTests : IDisposable
{
    private readonly string _place;

    public GroupFoldersTests()
    {
        Requires.Root();
        var place = ScriptBounds.OfThisProcess().Memory switch
        {
            BoundPlace.Unified unified => unified.Folder,
            BoundPlace.Separate separate => separate.Folder,
            _ => null,
        };
        Assert.SkipWhen(place is null, "needs control groups in which memory can be bounded");
        _place = Directory.CreateDirectory(Path.Combine(place!, "ez-test-" + Guid.NewGuid().ToString("N"))).FullName;
    }

    public void Dispose()
    {
        if (_place is not null)
        {
            Array.ForEach(Directory.GetDirectories(_place), Directory.Delete);
            Directory.Delete(_place);
        }
    }

    [Fact]
    public void An_empty_group_that_nobody_holds_goes_whoever_has_its_process_number_by_now()
    {
        var left = Left(Environment.ProcessId);
        using var folders = new GroupFolders();
        var made = folders.TryMake(_place, [])!;
        Assert.Equal([made], Directory.GetDirectories(_place));
        Assert.False(Directory.Exists(left));
    }

    [Fact]
    public void A_group_just_made_and_one_with_processes_stay_whatever_their_numbers_and_cost_no_time()
    {
        // The numbers of processes that do not exist here, as those of another namespace do not.
        using var others = new GroupFolders();
        var fresh = others.TryMake(_place, [])!;
        var used = Left(int.MaxValue);
        using var inside = Process.Start(new ProcessStartInfo("sleep", "1000"))!;
        try
        {
            File.WriteAllText(Path.Combine(used, "cgroup.procs"), inside.Id.ToString(CultureInfo.InvariantCulture));
            var time = Stopwatch.StartNew();
            using var folders = new GroupFolders();
            Assert.NotNull(folders.TryMake(_place, []));

            // A hundred tries with growing pauses took five seconds.
            Assert.True(time.Elapsed < TimeSpan.FromSeconds(4), $"{time.Elapsed}");
            Assert.True(Directory.Exists(fresh));
            Assert.True(Directory.Exists(used));
        }
        finally
        {
            inside.Kill();
            inside.WaitForExit();
        }

        others.Dispose();
        Assert.False(Directory.Exists(fresh));
    }

    private string Left(int process) => Directory.CreateDirectory(Path.Combine(_place, string.Create(CultureInfo.InvariantCulture, $"ez-configure-{process}-{Guid.NewGuid():N}"))).FullName;
}
