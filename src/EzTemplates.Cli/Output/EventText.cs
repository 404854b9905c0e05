using EzTemplates.Operations;

namespace EzTemplates.Cli.Output;

/// <summary>What an operation tells, as one line with everything in it.</summary>
internal static class EventText
{
    /// <returns>Null for what is only worth a bar.</returns>
    public static string? Of(OperationEvent happened) => happened switch
    {
        OperationEvent.StepStarted started => $"{started.Step} ...",
        OperationEvent.StepFinished finished => $"{finished.Step}: {Amount.Seconds(finished.Elapsed)}",
        OperationEvent.Asked asked => $"{asked.Address}: {asked.Answer}, {Amount.Seconds(asked.Elapsed)}",
        OperationEvent.Said said => $"| {said.Line}",
        OperationEvent.Waiting waiting => $"waiting for {waiting.Holder}",
        OperationEvent.Warning warning => $"warning: {warning.Text}",
        OperationEvent.Note note => note.Text,
        _ => null,
    };
}
