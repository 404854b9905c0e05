using System.Globalization;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>Real shells complete real names.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly Ground _ground = new();
    private readonly string _bin;

    public CompletionTests()
    {
        _ground.Publish(0, Ground.Package("base", "1"));
        _ground.Ez.Succeed("up", _ground.Recipes.Os("small", "base"), "--name", "web-one");
        _ground.Ez.Succeed("env", "create", "web-two", "db", "--template", "small");
        _bin = _ground.Temp.MakeFolder("bin");
        File.CreateSymbolicLink(Path.Combine(_bin, "ez"), EzProgram.File);
    }

    public void Dispose() => _ground.Dispose();

    [Theory]
    [InlineData("ez env sh", "shell show")]
    [InlineData("ez env show web", "web-one web-two")]
    [InlineData("ez env remove db ", "db web-one web-two")]
    [InlineData("ez rollback web-o", "web-one")]
    [InlineData("ez lock sm", "small")]
    [InlineData("ez template show sma", "small small@1.0.0")]
    [InlineData("ez template show small@1", "1.0.0")]
    [InlineData("ez env create x --template small@", "1.0.0")]
    [InlineData("ez env create x --dry", "--dry-run")]
    [InlineData("ez completion ", "bash fish zsh")]
    [InlineData("ez env show nothing-like-it", "")]
    public void Bash_completes(string line, string candidates)
    {
        Requires.Tool("bash");
        Assert.Equal(candidates, string.Join(' ', Bash(line)));
    }

    [Fact]
    public void Bash_takes_a_strange_file_name_for_what_it_is()
    {
        Requires.Tool("bash");
        File.WriteAllText(_ground.Temp.At("recipes", "$(touch harm).yaml"), "");
        Assert.Equal(["\\$\\(touch\\ harm\\)", "small"], Bash("ez lock "));
        Assert.False(File.Exists(_ground.Temp.At("harm")) || File.Exists(_ground.Temp.At("recipes", "harm")));
    }

    [Fact]
    public void Zsh_completes()
    {
        Requires.Tool("zsh");
        const string program = """
            autoload -Uz compinit; compinit -u -D
            source <(ez completion zsh)
            [[ ${_comps[ez]} == _ez ]] || exit 3
            compadd() { shift; print -l -- "$@"; }
            words=(ez env show web); CURRENT=4; _ez
            """;
        Assert.Equal(["web-one", "web-two"], Shell("zsh", "-f", "-c", program).Succeed().Lines);
    }

    [Fact]
    public void Fish_completes()
    {
        Requires.Tool("fish");
        Assert.Equal(["web-one", "web-two"], Shell("fish", "--no-config", "-c", "ez completion fish | source; complete -C 'ez env show web'").Succeed().Lines);
    }

    [Fact]
    public void A_question_makes_no_store()
    {
        var ez = _ground.NewProgram("absent");
        Assert.Equal("", ez.Succeed("[suggest:12]", "ez env show ").Output);
        Assert.False(Directory.Exists(ez.Store));
    }

    /// <summary>As readline calls the function that the script registers.</summary>
    private IReadOnlyList<string> Bash(string line)
    {
        // readline splits words at these, too (COMP_WORDBREAKS).
        var words = string.Join(' ', line.Split(' ').Select(word => $"'{word}'"));
        var program = string.Create(
            CultureInfo.InvariantCulture,
            $"source <(ez completion bash); complete -p ez | grep -q -- '-F _ez' || exit 3; COMP_LINE='{line}'; COMP_POINT={line.Length}; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _ez; printf '%s\\n' \"${{COMPREPLY[@]}}\"");
        return Shell("bash", "--norc", "-c", program).Succeed().Lines;
    }

    private ToolRun Shell(string shell, params IReadOnlyList<string> arguments) => ToolRun.Run(new ToolCommand(shell, arguments)
    {
        Environment = new Dictionary<string, string?>(_ground.Ez.Environment)
        {
            ["PATH"] = $"{_bin}:{System.Environment.GetEnvironmentVariable("PATH")}",
            ["HOME"] = _ground.Temp.MakeFolder("home"),
        },
        WorkingDirectory = _ground.Temp.Root,
    });
}
