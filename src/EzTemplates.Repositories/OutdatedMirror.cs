using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <summary>A mirror's text is refused for nothing but its age: time mends that, or another mirror.</summary>
internal sealed class OutdatedMirror(string message, string hint = OutdatedMirror.Advice) : EzException(FailureKind.Untrusted, message, hint)
{
    private const string Advice = "wait until the mirror is up to date, or try another: `--mirror ID=URL`";
}
