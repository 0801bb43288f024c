/** What a Marathon says of an app and of itself; all of it is its word. */
export interface MarathonAnswer {
  /** The app as JSON, indented by two, without its `tasks`. */
  readonly appText: string;
  /** `version` of /v2/info; null where it does not say. */
  readonly version: string | null;
  /** `marathon_config.mesos_user` of /v2/info: who runs tasks that name no user; null where it does not say. */
  readonly mesosUser: string | null;
}
