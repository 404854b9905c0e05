using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>A command of the main path, and the state (store and recipes) that it starts from.</summary>
/// <param name="IsMounted">Whether the environment's view is mounted before.</param>
internal sealed record CrashStep(string Name, string State, IReadOnlyList<string> Command, bool IsMounted)
{
    public override string ToString() => Name;
}

/// <summary>
/// A repository with two versions of an OS, and a chain of commands over them, each run undisturbed once: the state before it is
/// kept and can be put back, the picture after it is what every disturbed run must come to.
/// </summary>
internal sealed class CrashGround : IDisposable
{
    public const string Environment = "web";
    private const string First = "small@1.0.0";
    private const string Second = "small@1.0.1";

    private readonly TempFolder _temp;
    private readonly GeneratedRepository _repository;
    private readonly LocalServer _server;
    private readonly Dictionary<CrashStep, (CrashPicture After, TimeSpan Took)> _undisturbed = [];

    public CrashGround()
    {
        Requires.Root();
        Requires.Overlay();
        foreach (var tool in (string[])["dpkg-deb", "gpg", "gpgv", "cp", "umount"])
        {
            Requires.Tool(tool);
        }

        _repository = new GeneratedRepository();
        _server = new LocalServer(_repository.Root);
        _temp = new TempFolder();
        Ez = new EzProgram(Store) { Environment = { ["DOTNET_EnableDiagnostics"] = "0" } };
        Steps =
        [
            new CrashStep("build", "empty", ["build", Recipe], false),
            new CrashStep("update", "built", ["update", Recipe], false),
            new CrashStep("create", "updated", ["env", "create", Environment, "--template", First], false),
            new CrashStep("remap", "used", ["env", "remap", Environment, "--to", Second], true),
            new CrashStep("roll-back", "remapped", ["rollback", Environment], true),
        ];
        try
        {
            MakeStates();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<CrashStep> Steps { get; }

    public EzProgram Ez { get; }

    public string Run => _temp.At("run");

    public string Store => _temp.At("run", "store");

    public string Recipes => _temp.At("run", "recipes");

    public string Recipe => Path.Combine(Recipes, "small.yaml");

    public string Temp => _temp.Root;

    public CrashPicture After(CrashStep step) => _undisturbed[step].After;

    public TimeSpan Took(CrashStep step) => _undisturbed[step].Took;

    public CrashStep Step(string name) => Steps.Single(step => step.Name == name);

    /// <summary>The state before a step, as its command finds it.</summary>
    public void Begin(CrashStep step)
    {
        Restore(step.State);
        _server.Folder = _temp.At("archives", step.State == "empty" ? "first" : "second");
        if (step.IsMounted)
        {
            Ez.Succeed("env", "path", Environment);
        }
    }

    /// <summary>Whatever became of the step's command: the next ones put all right, and come to what an undisturbed run comes to.</summary>
    public void AssertRecovered(CrashStep step, string what)
    {
        try
        {
            Ez.Succeed("env", "list", "--quiet");
            if (!IsDone(step))
            {
                Ez.Succeed(step.Command);
            }

            After(step).AssertSame(CrashPicture.Take(this), $"{step} {what}");
        }
        catch (InvalidOperationException failure)
        {
            Assert.Fail($"after {step} {what}: {failure.Message}; {TestSeed.Hint}");
        }
    }

    public void Dispose()
    {
        UnmountAll();
        _server.Dispose();
        _repository.Dispose();
        _temp.Dispose();
    }

    /// <summary>What the environment maps to by its own words; null if there is none.</summary>
    public string? MappedTo() => Ez.Succeed("env", "list", "--quiet").Lines
        .FirstOrDefault(line => line.StartsWith(Environment + " ", StringComparison.Ordinal))
        ?.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];

    private bool IsDone(CrashStep step) => step.Name switch
    {
        "create" => MappedTo() is not null,
        "roll-back" => MappedTo() == First,
        _ => false,
    };

    private void MakeStates()
    {
        Publish();
        Directory.CreateDirectory(Recipes);
        new RecipeFolder(Recipes, _repository, _server).Os("small", "base, tool");
        Ez.Succeed("env", "list");
        Save("empty");
        foreach (var step in Steps)
        {
            Begin(step);
            var started = TimeProvider.System.GetTimestamp();
            Ez.Succeed(step.Command);
            var took = TimeProvider.System.GetElapsedTime(started);
            _undisturbed[step] = (CrashPicture.Take(this), took);
            if (step.Name == "create")
            {
                Use();
            }

            Save(Steps.SkipWhile(earlier => earlier != step).Skip(1).FirstOrDefault()?.State ?? "end");
        }
    }

    private void Publish()
    {
        _repository.Publish(new PublishOptions(), Packages("1", 120));
        Copy(_repository.Root, _temp.At("archives", "first"));
        _repository.Publish(new PublishOptions { Date = new PublishOptions().Date.AddDays(1) }, Packages("2", 130));
        Copy(_repository.Root, _temp.At("archives", "second"));
    }

    private static GeneratedPackage[] Packages(string version, int files)
    {
        var tool = new GeneratedPackage("tool", version) { Depends = "base, library" }
            .File("/usr/bin/tool", $"tool {version}\n", 0x9ED)
            .File("/etc/tool.conf", $"version = {version}\n")
            .File("/etc/shells", $"/bin/sh\n/bin/of-{version}\n")
            .File("/etc/group", $"root:x:0:\nof-{version}:x:10{version}:\n")
            .Link("/usr/bin/tool-link", "tool")
            .HardLink("/usr/bin/tool-too", "/usr/bin/tool");
        var library = new GeneratedPackage("library", version) { Compressor = "gzip" }.Folder($"/usr/share/library/of-{version}", 0x1C0);
        for (var i = 0; i < files; i++)
        {
            library = library.File($"/usr/share/library/part-{i}", i % 3 == 0 ? $"part {i} of {version}\n" : $"part {i}\n");
        }

        var large = new byte[400_000];
        TestSeed.Random("large file").NextBytes(large);
        return
        [
            new GeneratedPackage("base", "1").Folder("/etc").Folder("/var/lib/base", 0x3FF).File("/usr/share/base/greeting", "hello\n"),
            tool,
            library.File("/usr/share/library/large", large),
        ];
    }

    /// <summary>Private files of each kind that a remap has to look at.</summary>
    private void Use()
    {
        var root = Ez.Succeed("env", "path", Environment).Output.TrimEnd();
        File.WriteAllText(Path.Combine(root, "etc/own"), "mine\n");
        File.AppendAllText(Path.Combine(root, "etc/shells"), "/bin/own\n");
        File.WriteAllText(Path.Combine(root, "etc/group"), "root:x:0:\nof-2:x:102:\n");
        File.Delete(Path.Combine(root, "usr/share/library/part-1"));
        File.AppendAllText(Path.Combine(root, "usr/share/library/part-2"), "more\n");
        Directory.CreateDirectory(Path.Combine(root, "srv/data"));
    }

    private void Save(string state)
    {
        UnmountAll();
        Copy(Run, _temp.At("states", state));
    }

    private void Restore(string state)
    {
        UnmountAll();
        ToolRun.Run("rm", "-rf", "--one-file-system", Run).Succeed();
        Copy(_temp.At("states", state), Run);
    }

    private void UnmountAll()
    {
        foreach (var mount in MountTable.Below(Run).OrderByDescending(point => point.Length))
        {
            ToolRun.Run("umount", mount).Succeed();
        }
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        ToolRun.Run("cp", "-a", from, to).Succeed();
    }
}
