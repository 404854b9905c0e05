using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using EzTemplates.Store;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>Many commands at once on one store, over the same recipes and environments, while the repository moves on.</summary>
public sealed class ConcurrentCommandsTests : IDisposable
{
    private const int Workers = 8;
    private static readonly string[] Environments = ["one", "two", "three"];
    private static readonly string[] Templates = ["small", "other"];

    private readonly TempFolder _temp;
    private readonly GeneratedRepository _repository;
    private readonly LocalServer _server;
    private readonly RecipeFolder _recipes;
    private readonly EzProgram _ez;
    private readonly ConcurrentQueue<ToolRun> _runs = new();

    public ConcurrentCommandsTests()
    {
        Requires.Overlay();
        Requires.Tool("gpg");
        Requires.Tool("gpgv");
        _repository = new GeneratedRepository();
        _server = new LocalServer(_repository.Root);
        _temp = new TempFolder();
        Publish(0);
        _recipes = new RecipeFolder(_temp.At("recipes"), _repository, _server);
        _recipes.Os("small", "shell, data");
        _recipes.Os("other", "data, shell");
        _ez = new EzProgram(_temp.At("store")) { Environment = { ["DOTNET_EnableDiagnostics"] = "0" } };
    }

    [Fact]
    public void Many_commands_at_once_lose_nothing_and_make_one_manifest_per_lock()
    {
        var rounds = TestScale.Of(1, 12);
        for (var round = 0; round < rounds; round++)
        {
            // In step with the commands: a mirror that changes under a running command is another test's matter.
            Publish(round);
            var threads = Enumerable.Range(0, Workers).Select(worker => new Thread(() => Work(round, worker))).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());
        }

        AssertExpectedEnds();
        AssertManifests();
        AssertHistories();
        var layout = new StoreLayout(_ez.Store);
        Assert.Empty(Directory.EnumerateFileSystemEntries(layout.Work));
        Assert.False(Directory.Exists(layout.MetadataWork) && Directory.EnumerateFileSystemEntries(layout.MetadataWork).Any(), "unfinished metadata is left");
        Assert.Empty(Directory.EnumerateFileSystemEntries(layout.Environments, ".*"));
        Assert.False(File.Exists(layout.Dirty), "objects are left in doubt");
        Assert.Empty(Directory.EnumerateFiles(_recipes.Folder, "*.new"));
    }

    public void Dispose()
    {
        _server.Dispose();
        _repository.Dispose();
        foreach (var view in MountTable.Below(_temp.Root))
        {
            ToolRun.Run("umount", view).Succeed();
        }

        _temp.Dispose();
    }

    private void Publish(int round)
    {
        var data = new GeneratedPackage("data", (round + 1).ToString(CultureInfo.InvariantCulture));
        for (var i = 0; i < 30; i++)
        {
            data = data.File($"/usr/share/data/{i}", string.Create(CultureInfo.InvariantCulture, $"{(i % 2 == 0 ? round : 0)} {i}\n"));
        }

        _repository.Publish(new PublishOptions { Date = new PublishOptions().Date.AddDays(round) }, ShellPackage.Make("1"), data);
    }

    private void Work(int round, int worker)
    {
        var random = TestSeed.Random(string.Create(CultureInfo.InvariantCulture, $"round {round} worker {worker}"));
        for (var i = 0; i < 4; i++)
        {
            _runs.Enqueue(_ez.Run(Next(random, round == 0 && i == 0)));
        }
    }

    private IReadOnlyList<string> Next(Random random, bool isFirst)
    {
        var environment = Environments[random.Next(Environments.Length)];
        var template = Templates[random.Next(Templates.Length)];
        var recipe = _recipes.PathOf(template);
        return (isFirst ? random.Next(3) : random.Next(11)) switch
        {
            0 => ["update", recipe],
            1 => ["build", recipe],
            2 => ["lock", recipe],
            3 or 4 => ["env", "create", environment, "--template", template],
            5 => ["env", "remap", environment, "--to", template],
            6 => ["env", "remap", environment, "--to", $"{template}@1.0.0", "--wait"],
            7 => ["rollback", environment],
            8 => ["env", "exec", environment, "--", "cat", "/usr/share/data/1"],
            9 => ["env", "list"],
            _ => ["env", "remove", environment],
        };
    }

    /// <summary>0; 2 for a template that is not built yet; 7 for an environment that is there, not there, busy or at its start; exec's 125.</summary>
    private void AssertExpectedEnds()
    {
        int[] expected = [0, 2, 7];
        var odd = _runs.Where(run => !expected.Contains(run.ExitCode) && !(run.ExitCode == 125 && run.Command.Arguments[1] == "exec")).ToList();
        Assert.True(odd.Count == 0, $"{odd.Count} of {_runs.Count} ended oddly ({TestSeed.Hint}):\n"
            + string.Join('\n', odd.Take(10).Select(run => $"{string.Join(' ', run.Command.Arguments)}: {run.ExitCode}: {run.Error}")));
        var internals = _runs.Where(run => run.Error.Contains("internal error", StringComparison.Ordinal)).Select(run => run.Error).ToList();
        Assert.True(internals.Count == 0, string.Join('\n', internals));
        TestNotes.Write($"{_runs.Count} commands, {_runs.Count(run => run.ExitCode == 0)} of them well, {_runs.Count(run => run.Error.Contains("waiting for", StringComparison.Ordinal))} waited");
        Assert.Contains(_runs, run => run.ExitCode == 0 && run.Command.Arguments[0] is "update" or "build" or "lock");
    }

    /// <summary>Each version once more, alone, from its own lock.</summary>
    private void AssertManifests()
    {
        foreach (var template in Templates)
        {
            _ez.Succeed("update", _recipes.PathOf(template));
            var versions = Path.Combine(_ez.Store, "store", "versions", template);
            foreach (var held in Directory.EnumerateFiles(versions, "*.lock.json"))
            {
                var name = Path.GetFileName(held)[..^".lock.json".Length];
                var alone = new EzProgram(_temp.At("alone")) { Environment = { ["DOTNET_EnableDiagnostics"] = "0" } };
                var lockFile = _recipes.LockOf(template);
                File.Copy(held, lockFile, overwrite: true);
                alone.Succeed("build", _recipes.PathOf(template), "--locked");
                Assert.True(
                    ManifestOf(_ez.Store, template, name) == ManifestOf(alone.Store, template, name), $"{template}@{name} has another manifest when built alone; {TestSeed.Hint}");
                Directory.Delete(alone.Store, recursive: true);
            }
        }
    }

    private void AssertHistories()
    {
        foreach (var file in Directory.EnumerateDirectories(Path.Combine(_ez.Store, "environments")).Select(folder => Path.Combine(folder, "history")))
        {
            var (number, last) = (0, "");
            foreach (var line in File.ReadAllLines(file))
            {
                using var entry = JsonDocument.Parse(line);
                Assert.Equal(++number, entry.RootElement.GetProperty("n").GetInt32());
                Assert.Equal(last, entry.RootElement.GetProperty("from").ToString());
                last = entry.RootElement.GetProperty("to").ToString();
            }
        }
    }

    private static string ManifestOf(string store, string template, string version)
    {
        using var record = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(store, "store", "versions", template, version + ".json")));
        return record.RootElement.GetProperty("manifest").GetString()!;
    }
}
