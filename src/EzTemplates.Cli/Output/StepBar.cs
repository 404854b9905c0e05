using System.Globalization;
using EzTemplates.Operations;
using Spectre.Console;

namespace EzTemplates.Cli.Output;

/// <summary>
/// The bar of the running step on a terminal, redrawn in place by Spectre.Console and gone when the step ends. Only made where
/// there is a terminal: elsewhere nothing of Spectre.Console is loaded.
/// </summary>
internal sealed class StepBar : IDisposable
{
    private readonly TaskCompletionSource _ended = new();
    private readonly Task _drawing;
    private ProgressTask? _bar;

    public StepBar(TextWriter error, OperationEvent.Progress first)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error), Interactive = InteractionSupport.Yes, Ansi = AnsiSupport.Yes });
        Step = first.Step;
        _drawing = console.Progress()
            .AutoClear(true)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new DownloadedColumn { Culture = CultureInfo.InvariantCulture },
                new TransferSpeedColumn { Culture = CultureInfo.InvariantCulture },
                new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                _bar = context.AddTask(Describe(first), maxValue: Math.Max(1, first.TotalBytes));
                await _ended.Task.ConfigureAwait(false);
            });
    }

    public string Step { get; }

    public void Show(OperationEvent.Progress progress)
    {
        if (_bar is { } bar)
        {
            bar.Description = Describe(progress);
            bar.Value = progress.Bytes;
        }
    }

    /// <summary>Takes the bar off the screen.</summary>
    public void Dispose()
    {
        _ended.TrySetResult();
        _drawing.GetAwaiter().GetResult();
    }

    private static string Describe(OperationEvent.Progress progress) => string.Create(
        CultureInfo.InvariantCulture, $"{progress.Step} {progress.Items} of {progress.TotalItems}");
}
