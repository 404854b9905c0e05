using System.CommandLine;
using EzTemplates.Cli.Output;
using EzTemplates.Domain;
using EzTemplates.Operations;

namespace EzTemplates.Cli;

/// <summary>The options that every command has, and what becomes of them.</summary>
public static class SharedOptions
{
    public static readonly Option<string?> Store = new("--store")
    {
        Description = "The store's folder (default: $EZ_STORE, else /var/lib/ez for root, $XDG_DATA_HOME/ez otherwise).",
        HelpName = "DIR",
        Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object with a documented, versioned shape.", Recursive = true };

    public static readonly Option<bool> Quiet = new("--quiet", "-q") { Description = "No progress on standard error.", Recursive = true };

    public static readonly Option<bool> Verbose = new("--verbose", "-v") { Description = "More on standard error: what is fetched from where, and how long each step took.", Recursive = true };

    public static readonly Option<string?> Log = new("--log")
    {
        Description = "Append everything that -v tells, with times, and the outcome to this file.",
        HelpName = "FILE",
        Recursive = true,
    };

    public static readonly Option<string> Progress = new("--progress")
    {
        Description = "How progress is told on standard error: bars on a terminal and lines elsewhere (auto), lines, JSON lines, nothing.",
        HelpName = "auto|lines|json|none",
        Recursive = true,
        DefaultValueFactory = _ => "auto",
    };

    /// <summary>For commands that may fetch.</summary>
    public static readonly Option<bool> Offline = new("--offline") { Description = "Touch no network at all." };

    public static readonly Option<string[]> Mirror = new("--mirror")
    {
        Description = "Use this archive root for the repository ID (repeatable), in place of the recipe's own.",
        HelpName = "ID=URL",
        Arity = ArgumentArity.OneOrMore,
    };

    public static readonly Option<bool> Locked = new("--locked") { Description = "Change no lock; a lock that does not fit its recipe is an error." };

    public static readonly Option<bool> DryRun = new("--dry-run") { Description = "Say what would be done, and change nothing." };

    public static readonly Option<bool> Wait = new("--wait") { Description = "Wait for a busy environment instead of failing." };

    /// <summary>Of every command.</summary>
    public static IReadOnlyList<Option> All => [Store, Json, Quiet, Verbose, Log, Progress];

    public static void AddTo(RootCommand root)
    {
        Progress.AcceptOnlyFromAmong("auto", "lines", "json", "none");
        foreach (var option in All)
        {
            root.Add(option);
        }
    }

    /// <summary>An ordinary user's process becomes another one here, inside his store's namespaces.</summary>
    public static Workspace OpenWorkspace(this ParseResult parsed, CancellationToken cancel = default) => OpenWorkspace(parsed, StoreUse.Changing, cancel);

    /// <summary>For commands that read what is the user's own; an ordinary user's process stays what it is, unless there is more to see inside.</summary>
    public static Workspace OpenWorkspaceToRead(this ParseResult parsed, CancellationToken cancel = default) => OpenWorkspace(parsed, StoreUse.Reading, cancel);

    private static Workspace OpenWorkspace(ParseResult parsed, StoreUse use, CancellationToken cancel)
    {
        var workspace = MakeWorkspace(parsed, cancel);
        try
        {
            EnterNamespaces.IfNeeded(workspace, use, CommandLine());
            return workspace;
        }
        catch
        {
            workspace.Dispose();
            throw;
        }
    }

    /// <summary>How this program was started: through <c>dotnet</c>, that and `ez`, whose path may be relative.</summary>
    internal static string[] Program()
    {
        var program = System.Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, Path.GetFullPath(System.Environment.GetCommandLineArgs()[0])] : [program];
    }

    /// <summary>The program and its arguments.</summary>
    internal static string[] CommandLine()
    {
        var words = System.Environment.GetCommandLineArgs();
        return [.. Program(), .. words[1..]];
    }

    /// <summary>For who looks at the machine itself: as this user, and outside.</summary>
    public static Workspace OpenWorkspaceOutside(this ParseResult parsed, CancellationToken cancel = default) => MakeWorkspace(parsed, cancel);

    private static Workspace MakeWorkspace(ParseResult parsed, CancellationToken cancel)
    {
        var (tell, listener) = Listen(parsed);
        return new Workspace(
            new WorkspaceOptions
            {
                StoreRoot = StoreRootOf(parsed),
                HostRoot = System.Environment.GetEnvironmentVariable("EZ_HOST_ROOT") is { Length: > 0 } host ? host : "/",
                ForcedForm = System.Environment.GetEnvironmentVariable("EZ_VIEW_FORM"),
                ScriptClock = System.Environment.GetEnvironmentVariable("EZ_SCRIPT_CLOCK"),
                ForcedLayer = System.Environment.GetEnvironmentVariable("EZ_VIEW_LAYER"),
                Offline = Has(parsed, Offline) && parsed.GetValue(Offline),
                Locked = Has(parsed, Locked) && parsed.GetValue(Locked),
                DryRun = Has(parsed, DryRun) && parsed.GetValue(DryRun),
                Mirrors = ReadMirrors(Has(parsed, Mirror) ? parsed.GetValue(Mirror) ?? [] : []),
            },
            tell,
            TimeProvider.System,
            listener,
            cancel);
    }

    /// <summary>Whether failures are told as JSON, since whoever reads standard error reads JSON there.</summary>
    public static bool FailsInJson(ParseResult parsed) => parsed.GetValue(Json) || parsed.GetValue(Progress) == "json";

    /// <summary>Who hears what an operation tells: standard error in one of its forms, and the log.</summary>
    private static (Action<OperationEvent> Tell, IDisposable? Listener) Listen(ParseResult parsed)
    {
        var error = parsed.InvocationConfiguration.Error;
        var form = parsed.GetValue(Progress);
        var verbose = parsed.GetValue(Verbose);
        Action<OperationEvent> shown;
        ProgressLines? lines = null;
        if (form == "json")
        {
            var json = new ProgressJson(error);
            shown = happened => Unless(happened is OperationEvent.Asked or OperationEvent.Said && !verbose, json.Tell, happened);
        }
        else
        {
            var quiet = form == "none" || (form == "auto" && !verbose && (parsed.GetValue(Quiet) || parsed.GetValue(Json)));
            lines = new ProgressLines(error, form == "auto" && error is StreamWriter && Screen.ErrorIsTerminal, quiet ? Detail.Quiet : verbose ? Detail.Verbose : Detail.Usual);
            shown = lines.Tell;
        }

        return (EzInvocation.Of(parsed)?.Log is { } log ? shown + log.Tell : shown, lines);
    }

    private static void Unless(bool left, Action<OperationEvent> tell, OperationEvent happened)
    {
        if (!left)
        {
            tell(happened);
        }
    }

    /// <summary>What named the store's root; null: nothing did.</summary>
    public static string? StoreSourceOf(ParseResult parsed) =>
        StoreRootOf(parsed) is null ? null : parsed.GetValue(Store) is null ? "EZ_STORE" : Store.Name;

    public static string? StoreRootOf(ParseResult parsed) => parsed.GetValue(Store) switch
    {
        "" => throw new EzException(FailureKind.Usage, "`--store` names no folder", "--store /var/lib/ez"),
        { } named => named,
        null => System.Environment.GetEnvironmentVariable("EZ_STORE") is { Length: > 0 } set ? set : null,
    };

    private static bool Has(ParseResult parsed, Option option) => parsed.CommandResult.Command.Options.Contains(option);

    private static Dictionary<string, IReadOnlyList<string>> ReadMirrors(string[] given)
    {
        var mirrors = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var text in given)
        {
            var (repository, root) = ParseMirror(text);
            mirrors[repository] = [.. mirrors.GetValueOrDefault(repository, []), root];
        }

        return mirrors;
    }

    private static (string Repository, string Root) ParseMirror(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && Uri.TryCreate(text[(equals + 1)..], UriKind.Absolute, out var root) && root!.Scheme is "http" or "https" or "file"
            ? (text[..equals], text[(equals + 1)..])
            : throw new EzException(FailureKind.Usage, $"`--mirror {text}` is not ID=URL", "--mirror debian=http://127.0.0.1:3142/debian");
    }
}
