using EzTemplates.Domain;
using EzTemplates.Environments;

namespace EzTemplates.Operations.Tests;

/// <summary>What a person reads where a script has failed.</summary>
public sealed class ConfigureFailuresTests
{
    [Theory]
    [InlineData(ExceededBounds.None, "")]
    [InlineData(ExceededBounds.Memory, "; for want of memory it was killed: scripts have 2,048 MB together")]
    [InlineData(ExceededBounds.Processes, "; a process was refused: scripts have 4,096 at a time")]
    [InlineData(ExceededBounds.Memory | ExceededBounds.Processes, "; for want of memory it was killed: scripts have 2,048 MB together; a process was refused: scripts have 4,096 at a time")]
    public void A_bound_that_a_script_came_to_is_told(ExceededBounds exceeded, string told)
    {
        var subject = new ConfigureSubject("web", "amd64", 0, 2, null, [TemplateSettings.Default]) { Ids = IdsOfBuild.OfComposition([]), Limits = new ConfigureLimits { Memory = 2L << 30 } };
        var step = new ConfigureStep("the preinst of `app`", ["x"]);
        var failure = ConfigureFailures.Of(subject, new ConfigureFailure(step, 137, ["last words"]) { Exceeded = exceeded }, "/store/web.log");
        Assert.Equal($"cannot configure `web`: the preinst of `app` failed with status 137{told}\n  | last words", failure.Message);
        Assert.Equal(FailureKind.Environment, failure.Kind);
        Assert.StartsWith("`/store/web.log` has all", failure.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(45, "45 seconds")]
    [InlineData(1800, "30 minutes")]
    public void Whose_script_was_running_when_time_was_up_is_told(int seconds, string time)
    {
        var subject = new ConfigureSubject("web", "amd64", 0, 2, null, [TemplateSettings.Default]) { Ids = IdsOfBuild.OfComposition([]), Limits = new ConfigureLimits { Time = TimeSpan.FromSeconds(seconds) } };
        var step = new ConfigureStep("`dpkg --configure`", ["x"]);
        var failure = ConfigureFailures.Of(subject, new ConfigureFailure(step, null, []) { Interrupted = "app" }, null);
        Assert.Equal($"cannot configure `web`: the postinst of `app` did not end within {time}", failure.Message);
    }
}
