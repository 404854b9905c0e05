using System.Text.RegularExpressions;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Real;

/// <summary>The main path and the way back call no package tool, neither by PATH nor by a path of its own.</summary>
public sealed partial class NoPackageToolTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly FakeTools _fakes;
    private readonly GeneratedRepository _repository;
    private readonly LocalServer _server;
    private readonly EzProgram _ez;
    private readonly string _trace;

    public NoPackageToolTests()
    {
        Requires.Overlay();
        Requires.Tool("dpkg-deb");
        Requires.Tool("gpgv");
        Requires.Tool("gpg");
        Requires.Tool("strace");
        Requires.Tool("ldd");
        _fakes = new FakeTools(_temp);
        _repository = new GeneratedRepository();
        _server = new LocalServer(_repository.Root);
        _ez = new EzProgram(_temp.At("store")) { Environment = { ["PATH"] = _fakes.SearchPath } };
        _trace = _temp.At("trace");
    }

    [Fact]
    public void Lock_build_create_exec_remap_and_roll_back_start_nothing_but_the_verifier_and_the_command()
    {
        _fakes.AssertInTheWay();
        var recipe = new RecipeFolder(_temp.At("recipes"), _repository, _server).Os("small", "base, shell");
        var shell = Shell();
        _repository.Publish(new PublishOptions(), Base("1"), shell);
        string[] started =
        [
            .. Trace("lock", recipe),
            .. Trace("build", recipe),
            .. Trace("env", "create", "box", "--template", "small"),
            .. Trace("env", "exec", "box", "--", "/bin/sh", "-c", "read line < /usr/share/base/greeting; test \"$line\" = one"),
        ];
        _repository.Publish(new PublishOptions { Date = new PublishOptions().Date.AddDays(1) }, Base("2"), shell);
        started =
        [
            .. started,
            .. Trace("update", recipe),
            .. Trace("env", "remap", "box", "--to", "small@1.0.1"),
            .. Trace("env", "exec", "box", "--", "/bin/sh", "-c", "read line < /usr/share/base/greeting; test \"$line\" = two"),
            .. Trace("rollback", "box"),
            .. Trace("env", "exec", "box", "--", "/bin/sh", "-c", "read line < /usr/share/base/greeting; test \"$line\" = one"),
            .. Trace("env", "remove", "box"),
        ];

        _fakes.AssertNoneCalled();
        var others = started.Where(file => file != EzProgram.File).Select(Path.GetFileName).Distinct().Order(StringComparer.Ordinal);

        // .ez-init is ez's own: the process that is number 1 inside.
        Assert.Equal([".ez-init", "gpgv", "sh"], others.Select(name => name is "sqv" ? "gpgv" : name));
    }

    public void Dispose()
    {
        _server.Dispose();
        _repository.Dispose();
        _temp.Dispose();
    }

    /// <summary>Runs ez, which must succeed; answers the programs that it and its children started.</summary>
    private List<string> Trace(params IReadOnlyList<string> arguments)
    {
        var command = _ez.Command(arguments);
        ToolRun.Run(command with { File = "strace", Arguments = ["-f", "-qq", "-e", "trace=execve,execveat", "-s", "4096", "-o", _trace, command.File, .. arguments] }).Succeed();
        var started = File.ReadLines(_trace).Select(line => Started().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value).ToList();
        Assert.Contains(EzProgram.File, started);
        return started;
    }

    private static GeneratedPackage Base(string version) =>
        new GeneratedPackage("base", version).File("/usr/share/base/greeting", version == "1" ? "one\n" : "two\n").File("/usr/share/base/same", "same\n");

    /// <summary>This machine's own shell, with its libraries.</summary>
    private static GeneratedPackage Shell()
    {
        var package = new GeneratedPackage("shell", "1").Folder("/proc").Folder("/dev").Folder("/sys").Folder("/etc").Folder("/tmp")
            .File("/bin/sh", File.ReadAllBytes("/bin/sh"), 0b111_101_101);
        return ToolRun.Run("ldd", "/bin/sh").Output.Split([' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries)
            .Where(word => word[0] == '/' && File.Exists(word))
            .Distinct(StringComparer.Ordinal)
            .Aggregate(package, (made, library) => made.File(library, File.ReadAllBytes(library), 0b111_101_101));
    }

    [GeneratedRegex("""execve(?:at)?\((?:\w+, )?"([^"]+)".* = 0$""")]
    private static partial Regex Started();
}
